"""What the kernel keeps a process from: files by Landlock, system calls by seccomp, memory and more by limits."""
