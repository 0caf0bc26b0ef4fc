package node

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	dnsPort      = "53"
	proxyAddress = "127.0.0.1:3128"
	dnsTimeout   = 3 * time.Second
	dialTimeout  = 10 * time.Second
	resolvConf   = "/etc/resolv.conf"
)

// outside reaches what the host reaches, from the host's own network: names through its resolvers, and image registries
// through a proxy for containerd. The host forwards nothing and has no rule added for it.
type outside struct {
	hostNetwork int
	ownNetwork  int
}

func serveOutside(isolation *Isolation, hostNetwork int) error {
	own, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return err
	}
	o := &outside{hostNetwork: hostNetwork, ownNetwork: int(own.Fd())}
	runtime.SetFinalizer(own, nil) // open as long as the process
	node, _, err := net.ParseCIDR(isolation.NodeAddress)
	if err != nil {
		return err
	}
	for _, address := range []string{net.JoinHostPort(node.String(), dnsPort), net.JoinHostPort("127.0.0.1", dnsPort)} {
		packets, err := net.ListenPacket("udp", address)
		if err != nil {
			return fmt.Errorf("DNS for the node: %w", err)
		}
		streams, err := net.Listen("tcp", address)
		if err != nil {
			return fmt.Errorf("DNS for the node: %w", err)
		}
		go o.answerPackets(packets)
		go o.answerStreams(streams)
	}
	listener, err := net.Listen("tcp", proxyAddress)
	if err != nil {
		return fmt.Errorf("proxy for containerd: %w", err)
	}
	go func() { log.Printf("proxy ended: %v", http.Serve(listener, http.HandlerFunc(o.proxy))) }()
	return nil
}

// dial connects from the host's network. A socket belongs for ever to the namespace its thread was in when it was made.
func (o *outside) dial(network, address string, timeout time.Duration) (net.Conn, error) {
	type result struct {
		connection net.Conn
		err        error
	}
	done := make(chan result, 1)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(o.hostNetwork, unix.CLONE_NEWNET); err != nil {
			runtime.UnlockOSThread()
			done <- result{err: err}
			return
		}
		connection, err := (&net.Dialer{Timeout: timeout, FallbackDelay: -1}).Dial(network, address)
		if unix.Setns(o.ownNetwork, unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread() // or else the thread ends with this goroutine
		}
		done <- result{connection, err}
	}()
	r := <-done
	return r.connection, r.err
}

// resolvers reads the host's name servers each time: laptops change networks.
func resolvers() []string {
	file, err := os.Open(resolvConf)
	if err != nil {
		return nil
	}
	defer file.Close()
	var found []string
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		if fields := strings.Fields(scanner.Text()); len(fields) >= 2 && fields[0] == "nameserver" {
			found = append(found, net.JoinHostPort(fields[1], dnsPort))
		}
	}
	return found
}

func (o *outside) answerPackets(packets net.PacketConn) {
	buffer := make([]byte, 65535)
	for {
		n, client, err := packets.ReadFrom(buffer)
		if err != nil {
			log.Printf("DNS: %v", err)
			return
		}
		question := append([]byte(nil), buffer[:n]...)
		go func() {
			if answer := o.ask(question); answer != nil {
				_, _ = packets.WriteTo(answer, client)
			}
		}()
	}
}

func (o *outside) ask(question []byte) []byte {
	answer := make([]byte, 65535)
	for _, server := range resolvers() {
		connection, err := o.dial("udp", server, dnsTimeout)
		if err != nil {
			continue
		}
		_ = connection.SetDeadline(time.Now().Add(dnsTimeout))
		_, err = connection.Write(question)
		n := 0
		if err == nil {
			n, err = connection.Read(answer)
		}
		connection.Close()
		if err == nil {
			return answer[:n]
		}
	}
	return serverFailure(question)
}

// serverFailure turns a question into the answer SERVFAIL (RFC 1035, section 4.1.1).
func serverFailure(question []byte) []byte {
	if len(question) < 12 {
		return nil
	}
	question[2] |= 0x80                  // QR: an answer
	question[3] = question[3]&0x70 | 0x2 // RCODE 2
	return question
}

func (o *outside) answerStreams(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Printf("DNS: %v", err)
			return
		}
		go func() {
			defer client.Close()
			for _, server := range resolvers() {
				if upstream, err := o.dial("tcp", server, dnsTimeout); err == nil {
					join(client, upstream)
					return
				}
			}
		}()
	}
}

// proxy is an HTTP proxy for CONNECT alone: registries are spoken to over TLS.
func (o *outside) proxy(writer http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodConnect {
		http.Error(writer, "this proxy is for CONNECT only", http.StatusMethodNotAllowed)
		return
	}
	upstream, err := o.dialName(request.Context(), request.Host)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadGateway)
		return
	}
	client, _, err := http.NewResponseController(writer).Hijack()
	if err != nil {
		upstream.Close()
		return
	}
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		upstream.Close()
	}
	join(client, upstream)
}

func (o *outside) dialName(ctx context.Context, hostPort string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	resolver := &net.Resolver{PreferGo: true, Dial: func(_ context.Context, network, _ string) (net.Conn, error) {
		return net.DialTimeout(network, net.JoinHostPort("127.0.0.1", dnsPort), dnsTimeout)
	}}
	addresses, err := resolver.LookupHost(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, address := range addresses {
		var connection net.Conn
		if connection, err = o.dial("tcp", net.JoinHostPort(address, port), dialTimeout); err == nil {
			return connection, nil
		}
	}
	return nil, err
}

// join copies both ways until both are done.
func join(a, b net.Conn) {
	defer a.Close()
	defer b.Close()
	var copies sync.WaitGroup
	for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
		copies.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			if half, ok := pair[0].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
		})
	}
	copies.Wait()
}
