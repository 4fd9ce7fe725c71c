"""Numerical methods, each once: coefficients and rules that every engine takes from here.

Texts below a line ``# --- kernel ---`` become part of generated modules.
"""
