module app-network.io/local-cluster/pause

go 1.26.0
