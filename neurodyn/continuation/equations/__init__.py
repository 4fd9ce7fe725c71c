"""A model with free parameters as functions: derivatives, series, normal forms, smoothness."""
