#!/usr/bin/perl
# Does for a program what systemd does with a socket unit: socket_unit.pl NAMES COMMAND [ARGUMENT...]. Opens a listening socket on loopback for
# each of NAMES (a:b), says where they are, and runs the command with them. SIGUSR1: starts it again, the sockets stay. SIGTERM: ends it.
use strict;
use warnings;
use Socket;

$| = 1;
$^F = 100;    # what is opened below is handed down
my ($names, @command) = @ARGV;
my (@sockets, @ports);
for my $name (split /:/, $names) {
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
    bind($socket, sockaddr_in(0, inet_aton("127.0.0.1"))) or die "bind: $!";
    listen($socket, 4096) or die "listen: $!" unless $name eq "deaf";
    push @sockets, $socket;
    push @ports, (sockaddr_in(getsockname $socket))[0];
}
die "the sockets are not where they should be" unless fileno($sockets[0]) == 3;
print "ports @ports\n";

my ($child, $again) = (0, 0);
$SIG{USR1} = sub { $again = 1; kill TERM => $child if $child };
$SIG{TERM} = sub { $again = -1; kill TERM => $child if $child };
while (1) {
    defined($child = fork) or die "fork: $!";
    if ($child == 0) {
        $SIG{USR1} = $SIG{TERM} = "DEFAULT";
        $ENV{LISTEN_PID} = $ENV{FOREIGN_LISTEN_PID} || $$;
        $ENV{LISTEN_FDS} = @sockets;
        $ENV{LISTEN_FDNAMES} = $names;
        exec @command or die "exec: $!";
    }
    print "started $child\n";
    1 while waitpid($child, 0) != $child;
    my $status = $?;
    print "ended " . ($status >> 8) . " signal " . ($status & 127) . ($status & 128 ? " core" : "") . "\n";
    exit $status >> 8 unless $again == 1;
    $again = 0;
}
