#!/usr/bin/perl
# Runs a command and says how it ended: crash_watch.pl COMMAND [ARGUMENT...].
use strict;
use warnings;

$| = 1;
defined(my $child = fork) or die "fork: $!";
if ($child == 0) { exec @ARGV or die "exec: $!" }
print "started $child\n";
$SIG{TERM} = sub { kill TERM => $child };
1 while waitpid($child, 0) != $child;
print "ended by " . ($? & 127) . ($? & 128 ? " core" : "") . "\n";
