"""The walk along any curve: protocol, loop, ends, zeros of test functions on the way."""
