#!/usr/bin/perl
# People who come again and again, each time on a connection of their own: visitors.pl PORT PEOPLE. What they ask for is sent as soon as the connection stands, with no
# event loop in between that may be held up. Says a line for each answer, its status or what went wrong. After SIGTERM each ends the visit under way, and tells of it too.
use strict;
use warnings;
use Errno;
use Socket;

my ($port, $people) = @ARGV;
my $to = sockaddr_in($port, inet_aton("127.0.0.1"));

sub visit {
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or return "socket: $!";
    setsockopt($socket, SOL_SOCKET, SO_RCVTIMEO, pack("l!l!", 60, 0)) or return "setsockopt: $!";
    connect($socket, $to) or return "connect: $!";
    syswrite($socket, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") or return "write: $!";
    my ($answer, $read) = "";
    1 while $read = sysread($socket, $answer, 65536, length $answer);
    return "read: $!" unless defined $read;
    return "cut off" unless $answer =~ /\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n(.*)/is && length $2 == $1;
    return $answer =~ /^HTTP\/1\.1 (\d{3}) / ? $1 : "no HTTP";
}

# Closed by SIGTERM, or with this process: then it is over.
pipe(my $over, my $held) or die "pipe: $!";
$SIG{TERM} = sub { close $held };
for (1 .. $people) {
    defined(my $pid = fork) or die "fork: $!";
    next if $pid;
    close $held;
    vec(my $watched = "", fileno($over), 1) = 1;
    syswrite(STDOUT, visit() . "\n") or last until select(my $ready = $watched, undef, undef, 0) > 0;
    exit;
}
1 until wait == -1 && $!{ECHILD};
