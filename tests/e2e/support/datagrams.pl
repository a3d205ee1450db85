#!/usr/bin/perl
# Listens as systemd does on NOTIFY_SOCKET: datagrams.pl PATH, or @NAME for an abstract one. Prints each datagram on one line.
use strict;
use warnings;
use Socket;

$| = 1;
my ($name) = @ARGV;
$name =~ s/^@/\0/;
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($socket, pack_sockaddr_un($name)) or die "bind: $!";
print "listening\n";
while (defined recv($socket, my $datagram, 4096, 0)) {
    $datagram =~ s/\n/ | /g;
    print "$datagram\n";
}
