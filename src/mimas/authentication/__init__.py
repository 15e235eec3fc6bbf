"""How people prove who they are: passwords, single-use links; what the sign-in, gates and a step-up all use."""
