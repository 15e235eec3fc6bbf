"""Resources under policy: who may do what to which resource, and what comes of a request."""
