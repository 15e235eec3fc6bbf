"""Workflows of the portal as lists of activities, from the XOML that the Service keeps of them."""
