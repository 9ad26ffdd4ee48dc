"""The parts of tools/train_compact.py."""
