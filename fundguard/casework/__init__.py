"""Leads, lifecycle, referral, credit, draws."""
