package node

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// The certificates on the other side are for the names that clients use, and this is a question about a process of our own.
var probeClient = &http.Client{
	Timeout:   2 * time.Second,
	Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true, Proxy: nil},
}

func (p Probe) succeeds() bool {
	switch {
	case p.URL != "":
		response, err := probeClient.Get(p.URL)
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	case p.Socket != "":
		connection, err := net.DialTimeout("unix", p.Socket, time.Second)
		if err != nil {
			return false
		}
		connection.Close()
		return true
	default:
		return true
	}
}
