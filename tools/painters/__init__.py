"""The painters of the style pictures: each maps a canvas size to sRGB (size, size, 3) in [0, 1]."""
