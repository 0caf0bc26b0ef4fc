package node

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// hierarchy is one mounted cgroup tree: one for each controller in version 1, a single one in version 2.
type hierarchy struct {
	mountPoint string
	version2   bool
	// unified: version 2 alone, so that its controllers are the ones in use. Beside version 1 it has none that matter.
	unified bool
	options string // of version 1: the controllers, or name=…
}

func hierarchies() ([]hierarchy, error) {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var found []hierarchy
	seen := map[string]bool{}
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		before, after, ok := strings.Cut(scanner.Text(), " - ")
		fields, rest := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(rest) < 3 {
			continue
		}
		switch rest[0] {
		case "cgroup2":
			if !seen["cgroup2"] {
				found = append(found, hierarchy{mountPoint: fields[4], version2: true})
			}
			seen["cgroup2"] = true
		case "cgroup":
			var options []string
			for _, option := range strings.Split(rest[2], ",") {
				if option != "rw" && option != "ro" {
					options = append(options, option)
				}
			}
			joined := strings.Join(options, ",")
			if !seen[joined] {
				found = append(found, hierarchy{mountPoint: fields[4], options: joined})
			}
			seen[joined] = true
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no cgroup hierarchy is mounted")
	}
	found[0].unified = len(found) == 1 && found[0].version2
	return found, scanner.Err()
}

// enterCgroup makes the cgroup in every hierarchy and moves this process there.
func enterCgroup(path string) error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	for _, h := range all {
		if err := h.enter(path); err != nil {
			return fmt.Errorf("cgroup %s below %s: %w", path, h.mountPoint, err)
		}
	}
	return nil
}

func (h hierarchy) enter(path string) error {
	directory := h.mountPoint
	for _, part := range strings.Split(strings.Trim(path, "/"), "/") {
		parent := directory
		directory = filepath.Join(parent, part)
		if h.unified {
			if err := delegate(parent); err != nil {
				return err
			}
		}
		if err := os.MkdirAll(directory, 0o755); err != nil {
			return err
		}
		if strings.Contains(h.options, "cpuset") {
			// A new cpuset is empty, and nothing can be in an empty one.
			for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
				value, err := os.ReadFile(filepath.Join(parent, name))
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(directory, name), value, 0o644); err != nil {
					return err
				}
			}
		}
	}
	return os.WriteFile(filepath.Join(directory, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o644)
}

// delegate makes the controllers that a version 2 cgroup has available to the cgroups below it.
func delegate(directory string) error {
	available, err := os.ReadFile(filepath.Join(directory, "cgroup.controllers"))
	if err != nil {
		return err
	}
	for _, controller := range strings.Fields(string(available)) {
		if err := os.WriteFile(filepath.Join(directory, "cgroup.subtree_control"), []byte("+"+controller), 0o644); err != nil {
			return fmt.Errorf("handing on the controller %s: %w", controller, err)
		}
	}
	return nil
}

// mountCgroups mounts what hierarchies found, seen from the cgroup namespace this process is in, at the same places below root.
func mountCgroups(root string, all []hierarchy) error {
	base := filepath.Join(root, "/sys/fs/cgroup")
	if !all[0].unified {
		if err := unix.Mount("cgroup", base, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "mode=755"); err != nil {
			return fmt.Errorf("mounting %s: %w", base, err)
		}
	}
	for _, h := range all {
		target := filepath.Join(root, h.mountPoint)
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		kind, options := "cgroup", h.options
		if h.version2 {
			kind = "cgroup2"
		} else if strings.HasPrefix(options, "name=") {
			options = "none," + options
		}
		if err := unix.Mount("cgroup", target, kind, unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, options); err != nil {
			return fmt.Errorf("mounting the cgroup hierarchy %s: %w", h.mountPoint, err)
		}
		if h.unified {
			if err := enterLeaf(target); err != nil {
				return err
			}
			if err := delegate(target); err != nil {
				return err
			}
		}
	}
	return nil
}

// enterLeaves moves this process out of the way in version 2, where a cgroup has processes or hands on controllers, not both.
func enterLeaves(path string) error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.unified {
			if err := enterLeaf(filepath.Join(h.mountPoint, path)); err != nil {
				return err
			}
		}
	}
	return nil
}

func enterLeaf(directory string) error {
	leaf := filepath.Join(directory, "init")
	if err := os.MkdirAll(leaf, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(leaf, "cgroup.procs"), []byte("0"), 0o644); err != nil {
		return fmt.Errorf("moving into %s: %w", leaf, err)
	}
	return nil
}
