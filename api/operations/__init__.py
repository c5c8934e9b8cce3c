"""Operations: what the shop's operators use."""
