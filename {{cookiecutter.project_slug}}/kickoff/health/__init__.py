"""Is this node alive, ready, well? And out of the load balancer on request."""
