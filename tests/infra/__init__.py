"""Tests of what is deployed: the package, the infrastructure, the workflows."""
