// client-go informers, one for each pod named, each with a connection of its own as in a pod of its
// own: prints "POD PHASE" whenever a phase is learned.
package main

import (
	"context"
	"fmt"
	"net"
	"os"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

func follow(namespace, name string) {
	folder := os.Getenv("KOORDINATOR_ROOT") + "/var/run/secrets/kubernetes.io/serviceaccount/"
	client := kubernetes.NewForConfigOrDie(&rest.Config{
		Host: "https://" + net.JoinHostPort(
			os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")),
		BearerTokenFile: folder + "token",
		TLSClientConfig: rest.TLSClientConfig{CAFile: folder + "ca.crt"},
		// A dialer of its own keeps the transport from being shared.
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	})
	pods := cache.NewListWatchFromClient(client.CoreV1().RESTClient(), "pods", namespace,
		fields.OneTermEqualSelector("metadata.name", name))
	say := func(object any) {
		if pod, ok := object.(*v1.Pod); ok {
			fmt.Println(pod.Name, pod.Status.Phase)
		}
	}
	_, informer := cache.NewInformer(pods, &v1.Pod{}, 0, cache.ResourceEventHandlerFuncs{
		AddFunc:    say,
		UpdateFunc: func(_, object any) { say(object) },
	})
	informer.Run(make(chan struct{}))
}

func main() {
	for _, name := range os.Args[2:] {
		go follow(os.Args[1], name)
	}
	select {}
}
