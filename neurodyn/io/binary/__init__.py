"""Files that hold numbers as numbers: NumPy, HDF5, MATLAB, Excel, SPICE, oscilloscopes."""
