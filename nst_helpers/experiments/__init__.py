"""What lessons and widgets both compute on top of the transfer."""
