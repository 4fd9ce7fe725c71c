"""Ten circuits of NbOx devices, each with the inputs at which it fires."""

NEURONS = {
    "current": ("I1 0 b input\nC1 b 0 200p\nX1 b 0 nbox", {"I1": 335e-6}),
    "small capacitor": ("I1 0 b input\nC1 b 0 20p\nX1 b 0 nbox", {"I1": 200e-6}),
    "voltage": ("V1 s 0 input\nR1 s b 4k\nC1 b 0 200p\nX1 b 0 nbox", {"V1": 1.52}),
    "voltage and inductor": (
        "V1 s 0 input\nR1 s a 4k\nL1 a b 2u\nC1 b 0 200p\nX1 b 0 nbox", {"V1": 1.6}),
    "full": (
        "I1 0 a input\nC1 a 0 200p\nL1 a b 700n\nC2 b out 0.33p\nX1 b out nbox\nR1 out 0 25",
        {"I1": 180e-6}),
    "pair by a resistor": (
        "I1 0 a input\nC1 a 0 200p\nX1 a 0 nbox\nI2 0 b input\nC2 b 0 150p\nX2 b 0 nbox\n"
        "R1 a b 3k", {"I1": 300e-6, "I2": 280e-6}),
    "pair by a capacitor": (
        "I1 0 a input\nC1 a 0 200p\nX1 a 0 nbox\nI2 0 b input\nC2 b 0 150p\nX2 b 0 nbox\n"
        "C3 a b 30p", {"I1": 300e-6, "I2": 280e-6}),
    "load with memory": (
        "V1 s 0 input\nR1 s a 2k\nC2 a 0 1n\nR2 a b 2k\nC1 b 0 200p\nX1 b 0 nbox", {"V1": 2.2}),
    "two switches": (
        "V1 s 0 input\nR1 s a 3k\nC1 a 0 200p\nX1 a 0 nbox\nR2 a b 3k\nC2 b 0 100p\nX2 b 0 nbox",
        {"V1": 2.2}),
    "device on top": (
        "V1 r 0 input\nR3 r s 10\nX1 s b nbox\nC1 s b 100p\nR1 b 0 4k\nC2 b c 50p\nR2 c 0 1k",
        {"V1": 1.6}),
}  # fmt: skip
