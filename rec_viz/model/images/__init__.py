"""What the Images page knows: where pictures come from, how one is sent, what its blocks cost, what was measured."""
