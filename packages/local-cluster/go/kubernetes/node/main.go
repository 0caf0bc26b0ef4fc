package node
func Main() int { return 0 }
