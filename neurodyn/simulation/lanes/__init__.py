"""Many runs at once, side by side in the lanes of vector registers, on threads."""
