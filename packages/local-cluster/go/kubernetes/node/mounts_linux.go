package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// mountRoot gives the node a root of its own: the host's programs and settings, read-only; /var of its own from the state
// directory; fresh /proc, /sys, /run and /tmp. So the usual paths work in it and nothing on the host is made or changed.
func mountRoot(config *Config) error {
	// Before the old /proc and /sys are out of sight.
	cgroups, err := hierarchies()
	if err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	// A place that every system has and that the new root shows nothing of.
	const root = "/sys"
	if err := unix.Mount("root", root, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mounting the node's root: %w", err)
	}
	if err := bindHost(root); err != nil {
		return err
	}
	for _, m := range []struct{ target, kind, options string }{
		{"proc", "proc", ""}, {"sys", "sysfs", ""}, {"run", "tmpfs", "mode=755"}, {"tmp", "tmpfs", "mode=1777"}, {"dev/shm", "tmpfs", "mode=1777"},
	} {
		target := filepath.Join(root, m.target)
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.kind, target, m.kind, unix.MS_NOSUID|unix.MS_NODEV, m.options); err != nil {
			return fmt.Errorf("mounting /%s: %w", m.target, err)
		}
	}
	if err := makeVar(root, filepath.Join(config.StateDirectory, "var")); err != nil {
		return err
	}
	if err := mountCgroups(root, cgroups); err != nil {
		return err
	}
	for _, directory := range config.ReadOnlyDirectories {
		if _, err := os.Stat(directory); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err := bind(directory, filepath.Join(root, directory), true); err != nil {
			return err
		}
	}
	if err := bind(config.StateDirectory, filepath.Join(root, config.StateDirectory), false); err != nil {
		return err
	}
	if err := pinSysctls(root, config.Isolation.PinnedSysctls); err != nil {
		return err
	}
	return pivot(root)
}

// bindHost shows the host's directories of programs, settings and devices: nobody's files.
func bindHost(root string) error {
	for _, name := range []string{"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "opt", "nix", "gnu", "etc", "dev"} {
		source, target := filepath.Join("/", name), filepath.Join(root, name)
		info, err := os.Lstat(source)
		switch {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			return err
		case info.Mode()&os.ModeSymlink != 0:
			link, err := os.Readlink(source)
			if err != nil {
				return err
			}
			if err := os.Symlink(link, target); err != nil {
				return err
			}
		default:
			if err := bind(source, target, name != "dev"); err != nil {
				return err
			}
		}
	}
	return os.Mkdir(filepath.Join(root, "root"), 0o700)
}

func bind(source, target string, readOnly bool) error {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("showing %s in the node: %w", source, err)
	}
	if !readOnly {
		return nil
	}
	err := unix.MountSetattr(unix.AT_FDCWD, target, unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
	if errors.Is(err, unix.ENOSYS) { // before Linux 5.12; then only the directory itself, not what is mounted below it
		err = unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
	}
	if err != nil {
		return fmt.Errorf("making %s read-only in the node: %w", source, err)
	}
	return nil
}

func makeVar(root, directory string) error {
	for _, name := range []string{"lib/kubelet", "lib/containerd", "lib/calico", "lib/cni", "log", "tmp", "cache"} {
		if err := os.MkdirAll(filepath.Join(directory, name), 0o755); err != nil {
			return err
		}
	}
	if err := os.Symlink("/run", filepath.Join(directory, "run")); err != nil && !os.IsExist(err) {
		return err
	}
	return bind(directory, filepath.Join(root, "var"), false)
}

// pinSysctls puts a file with the value over each setting.
func pinSysctls(root string, values map[string]string) error {
	for name, value := range values {
		source := filepath.Join(root, "run", "sysctl", strings.ReplaceAll(name, "/", "."))
		if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(source, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		target := filepath.Join(root, "proc/sys", name)
		if _, err := os.Stat(target); errors.Is(err, os.ErrNotExist) {
			continue // not in this kernel
		}
		if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("pinning %s: %w", name, err)
		}
	}
	return nil
}

func pivot(root string) error {
	if err := unix.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil { // the old root is then on top of the new one
		return fmt.Errorf("changing to the node's root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leaving the host's root: %w", err)
	}
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	// The kubelet and pods with mount propagation need shared mounts; nobody outside shares these.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return fmt.Errorf("sharing mounts in the node: %w", err)
	}
	return nil
}
