"""What the tests stand on: real servers of our own, started and stopped by us, on the loopback only."""
