# Runs a command under a seccomp filter that answers io_uring_setup with EPERM, as that
# of container runtimes does: `perl refuse-io-uring.pl COMMAND ARGUMENT…`.
use strict;
use warnings;
use POSIX ();

my $prctl = (POSIX::uname())[4] eq 'aarch64' ? 167 : 157;
my ($no_new_privileges, $set_seccomp, $filter_mode) = (38, 22, 2);

# struct sock_filter: code, jump if true, jump if false, operand; see seccomp(2).
my $filter = join '', map { pack 'S C C L', @$_ } (
    [0x20, 0, 0, 0],             # the number of the call
    [0x15, 0, 1, 425],           # is it io_uring_setup?
    [0x06, 0, 0, 0x00050001],    # SECCOMP_RET_ERRNO with EPERM
    [0x06, 0, 0, 0x7fff0000],    # SECCOMP_RET_ALLOW
);
my $program = pack 'S x![P] P', 4, $filter;

syscall($prctl, $no_new_privileges, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
syscall($prctl, $set_seccomp, $filter_mode, $program, 0, 0) == 0 or die "seccomp: $!";
exec @ARGV or die "exec: $!";
