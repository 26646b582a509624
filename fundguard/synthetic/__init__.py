"""A prefecture that never was: synthetic settlements with planted schemes and look-alikes."""
