"""What histories persist: names, payloads, codec. A change here is a change to running orders."""
