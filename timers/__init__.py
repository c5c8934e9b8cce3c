"""Timer functions: recovery, retention and the nightly audit."""
