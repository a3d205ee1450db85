/*
 * How keys are handed out, ended, replaced, and made good after crashes: the protocol of src/keys, for spin.
 * tests/model/check runs it. What it shows:
 *
 *   one_live_key     At every moment at most one upstream key of an account is alive, and the account's row has its nonce.
 *                    This is more than the promise "one usable key": it also counts a key whose answer was lost, and
 *                    whose raw text therefore nobody has. Why it holds: a key comes to be only while its attempt can
 *                    still take effect, and a row lets go of a nonce only when the key is certainly gone (revoked) or
 *                    certain never to come (refused; or settled, and then not listed). A row takes a nonce only when it
 *                    has none.
 *   one_usable_key   The same of keys that a person may have seen. It holds even where upstream breaks its promise about
 *                    the settle time, or the replicas' clocks differ by more than it allows (LATE_CREATES). What then
 *                    appears is an orphan, alive until the reconciler revokes it, but nobody has its raw text, and no
 *                    row takes it up: activating needs the nonce in the row, and no nonce comes twice.
 *   active_is_alive  The key of an active row is alive: neither minter, settler nor reconciler ever revokes it. It ends
 *                    on purpose only, after the row has left Active.
 *   quota_is_kept    There are never more rows than QUOTA.
 *   all_is_well      Every run comes to rest (pan -l finds no cycle), and then as many accounts have their living key as
 *                    there are people or places, whichever are fewer; nobody else has a row, and no other key is alive.
 *                    So there is no orphan, nobody is locked out, no place is lost. Since every run ends, this needs no
 *                    fairness but that what can happen does not stop happening.
 *
 * Bounds: ACCOUNTS accounts, whose people press the button until they have a key; two replicas, each with a serving and
 * a background thread; at most FAULTS faults, of any kinds, anywhere; at most ORDERS revocations and replacements. What
 * replicas share is the database and upstream only, so a crash is the death of a replica's threads; here each may die by
 * itself, which is more, and counts as one fault each. Statements of the database are atomic, as KeyStore and AdminStore
 * promise. A key that is alive during a whole scan of upstream's list is in it, as scan_upstream_keys sees to.
 * Settling on a person's visit is the background threads' here, and always goes back to the queue.
 * Not modeled: a database that forgets what it acknowledged; holds; changes of caps; and a reservation or claim that was
 * tried twice with one nonce, the first try arriving after the attempt is over. Together with an activation that is as
 * late, that would make a row active whose key is revoked: a nonce must not be tried twice, or not arrive so late.
 * Which bounds go together, and how many states that makes, is what check prints.
 *
 * Each MUTANT_ breaks one rule; check demands that spin then finds what goes wrong.
 */

#ifndef ACCOUNTS
#define ACCOUNTS 2
#endif
#ifndef QUOTA /* MAX_TOTAL_KEYS */
#define QUOTA 1
#endif
#ifndef FAULTS /* deaths of a thread; calls lost, refused or late; writes that fail or are delayed */
#define FAULTS 2
#endif
#ifndef ORDERS /* by organizers, or by people who give back or renew */
#define ORDERS 1
#endif
#ifndef LATE_CREATES /* creates that can take effect after the settle time */
#define LATE_CREATES 0
#endif

/* The rows: GrantStatus, and the nonce of the row's attempt. None: there is no row. */
mtype = { None, Waiting, Pending, Ambiguous, Active, Revoking, Replacing };
mtype status[ACCOUNTS] = None;
byte nonce[ACCOUNTS];

/* Nonces of account a: 6a + 1 to 6a + 5; 6a is "no nonce of account a". A number is used again only when nothing anywhere
 * remembers it, so nonces are fresh; enough_nonces says that nobody ever waits for one. */
#define NONCES (ACCOUNTS * 6)
#define no_nonce_of(a) ((a) * 6)
#define account_of(n) ((n) / 6)

/*
 * The attempts to mint. A create call is Open while its sender may still send it, Flying between sending and effect.
 * Time: an attempt is settled (is_settled) as soon as its create can no longer take effect, the earliest moment
 * that is right; hearing of it later only makes a settler come again. Overdue: settled by the clock, and yet flying.
 */
mtype = { Unused, Open, Flying, Overdue, Alive, Revoked, Never };
mtype attempt[NONCES] = Unused;
bool is_shown[NONCES];   /* it was in an active row: a person may have its raw key */
bool is_watched[NONCES]; /* a settler has looked in vain; looking again before anything happens would change nothing */

#define IDLE NONCES
byte held[4] = IDLE; /* the attempt that each thread is at work on */
byte late_write;     /* an activation that was reported as failed, and can still reach the database */
byte faults_left = FAULTS, orders_left = ORDERS, late_creates_left = LATE_CREATES;

#define row_is(n, a_status) (nonce[account_of(n)] == (n) && status[account_of(n)] == (a_status))
#define in_doubt(n) (row_is(n, Pending) || row_is(n, Ambiguous))
#define ending(n) (row_is(n, Revoking) || row_is(n, Replacing))
/* The transitions of keys/transitions.cpp, which the unit tests compare with this. A mutant may take others. */
#ifdef MUTANT
#define is_transition(from, to) true
#else
#define is_transition(from, to) (false \
  || from == None && to == Pending \
  || from == None && to == Waiting \
  || from == Waiting && to == Pending \
  || from == Pending && to == Active \
  || from == Pending && to == Ambiguous \
  || from == Ambiguous && to == Ambiguous \
  || from == Pending && to == Waiting \
  || from == Ambiguous && to == Waiting \
  || from == Pending && to == None \
  || from == Ambiguous && to == None \
  || from == Waiting && to == None \
  || from == Active && to == Replacing \
  || from == Replacing && to == Waiting \
  || from == Waiting && to == Revoking \
  || from == Pending && to == Revoking \
  || from == Ambiguous && to == Revoking \
  || from == Active && to == Revoking \
  || from == Replacing && to == Revoking \
  || from == Revoking && to == None)
#endif
#define set_status(a, a_status) assert(is_transition(status[a], a_status)); status[a] = a_status
#define set_row(n, a_status) set_status(account_of(n), a_status)
#define clear_row(n, a_status) set_status(account_of(n), a_status); nonce[account_of(n)] = no_nonce_of(account_of(n))
#define is_settled(n) (attempt[n] != Open && attempt[n] != Flying)
#define has_handle(n) (row_is(n, Active) || ending(n) && is_shown[n])
#define is_minting(n) (held[0] == n || held[1] == n)
#define is_held(n) (is_minting(n) || held[2] == n || held[3] == n)

#if ACCOUNTS == 1
#define EACH_ACCOUNT(x) x(0)
#define EACH_NONCE(x) x(1) x(2) x(3) x(4) x(5)
#define number_with(a_status) (status[0] == a_status)
#else
#define EACH_ACCOUNT(x) x(0) x(1)
#define EACH_NONCE(x) x(1) x(2) x(3) x(4) x(5) x(7) x(8) x(9) x(10) x(11)
#define number_with(a_status) ((status[0] == a_status) + (status[1] == a_status))
#endif
#define rows (ACCOUNTS - number_with(None))

/* The properties, of every moment. */
#define ONE_LIVE_KEY(n) && (attempt[n] != Alive || nonce[account_of(n)] == n)
#define ONE_USABLE_KEY(n) && (attempt[n] != Alive || !is_shown[n] || row_is(n, Active) || ending(n))
#define ACTIVE_IS_ALIVE(n) && (!row_is(n, Active) || attempt[n] == Alive)
#define one_live_key (true EACH_NONCE(ONE_LIVE_KEY))
#define one_usable_key (true EACH_NONCE(ONE_USABLE_KEY))
#define active_is_alive (true EACH_NONCE(ACTIVE_IS_ALIVE))
#define quota_is_kept (rows <= QUOTA)
#define all_but_one_live_key (one_usable_key && active_is_alive && quota_is_kept)
#define all_of_them (one_live_key && all_but_one_live_key)
#ifdef ALWAYS
never {
  do
  :: assert(ALWAYS)
  od
}
#endif

/* One atomic step: a statement of the database, an effect upstream, or a decision. `done_at` notes where steps were taken,
 * so that check can tell that there is no line without one. */
#define STEP(...) d_step { __VA_ARGS__; c_code { done_at[__LINE__] = 1; } }
c_decl {
  extern unsigned char done_at[];
  extern void print_done(void);
}
c_code {
  unsigned char done_at[1000];
  void print_done(void) {
    int line;
    for (line = 0; line < 1000; ++line) if (done_at[line]) printf("done at line %d\n", line);
  }
}

#define mine held[me] /* the attempt that this thread is at work on */
hidden byte dropped, i, enough_nonces, all_is_well; /* used within a step only: no part of the state */

inline forget(n) {
  if
  :: (attempt[n] == Revoked || attempt[n] == Never) && nonce[account_of(n)] != n && late_write != n && !is_held(n) ->
    attempt[n] = Unused;
    is_shown[n] = false;
    is_watched[n] = false
  :: else
  fi
}

#define FAULT faults_left > 0 -> faults_left--
#define LEAVE dropped = mine; mine = IDLE; flag = false; forget(dropped)
/* The process dies here, or the database or upstream fails it: in each case this thread gets no further. */
#define OR_STOP :: STEP(FAULT; LEAVE) -> goto idle
/* Threads of a kind are alike, so the second begins something only while the first is busy. */
#define may_begin (held[me] == IDLE && (me % 2 == 0 || held[me - 1] != IDLE))

inline take_nonce(a) {
  mine = no_nonce_of(a) + 1;
  do
  :: mine < no_nonce_of(a) + 6 && attempt[mine] != Unused -> mine++
  :: else -> break
  od;
  enough_nonces = mine < no_nonce_of(a) + 6;
  assert(enough_nonces);
  attempt[mine] = Open;
  nonce[account_of(mine)] = mine;
  set_status(account_of(mine), Pending)
}

#if defined(MUTANT_QUOTA_APART)
#define RESERVE(a) :: STEP(may_begin && status[a] == None && rows < QUOTA -> mine = no_nonce_of(a)) -> goto insert
#else
/* KeyStore::reserve: looks at the quota in the statement that inserts the row. */
#define RESERVE(a) :: STEP(may_begin && status[a] == None && rows < QUOTA -> take_nonce(a); flag = true) -> goto send
#endif
/* The same, to wait for a turn: waiting rows have a place. */
#define ENQUEUE(a) :: STEP(may_begin && status[a] == None && rows < QUOTA -> set_status(a, Waiting)) -> goto idle
#if defined(MUTANT_CLAIM_KEEPS_DEADLINE)
#define CLAIM(a) :: STEP(may_begin && status[a] == Waiting -> take_nonce(a); attempt[mine] = Never) -> goto send
#else
/* Waiting -> Pending, with a nonce and a deadline of its own. */
#define CLAIM(a) :: STEP(may_begin && status[a] == Waiting -> take_nonce(a)) -> goto send
#endif

#if defined(MUTANT_ACTIVATE_AMBIGUOUS)
#define may_activate(n) in_doubt(n)
#else
#define may_activate(n) row_is(n, Pending)
#endif
/* The order of Issuance::undo: fence, look at the row again, then decide. */
#if defined(MUTANT_UNDO_LOOKS_FIRST)
#define undo find
#define after_find fence
#define after_fence revoke
#elif defined(MUTANT_UNDO_WITHOUT_FENCE)
#define undo find
#define after_find revoke
#define after_fence revoke
#elif defined(MUTANT_UNDO_WITHOUT_FINDING)
#define undo fence
#define after_find revoke
#define after_fence revoke
#else
#define undo fence
#define after_find revoke
#define after_fence find
#endif
#if defined(MUTANT_RELEASE_UNREVOKED)
#define after_failed_revoke give_up
#else
#define after_failed_revoke leave_in_doubt
#endif

/* A press of the button, or a turn of the queue: Issuance, issuance.cpp. */
proctype Serve(byte me) {
  bool flag; /* it was reserved directly: giving up removes the row, which otherwise waits anew */

idle:
end_idle:
  if
  EACH_ACCOUNT(RESERVE)
  EACH_ACCOUNT(ENQUEUE)
  EACH_ACCOUNT(CLAIM)
  fi;

#if defined(MUTANT_QUOTA_APART)
insert:
  if
  :: STEP(status[account_of(mine)] == None -> take_nonce(account_of(mine)); flag = true) -> goto send
  :: STEP(status[account_of(mine)] != None -> LEAVE) -> goto idle
  fi;
#endif

send: /* mint(): sends once, and not after the deadline; upstream refuses, or the request never leaves */
  if
  :: STEP(attempt[mine] == Open -> attempt[mine] = Flying) -> goto answer
  :: STEP(attempt[mine] == Open && faults_left > 0 -> faults_left--; attempt[mine] = Never) -> goto give_up
  :: STEP(attempt[mine] == Never) -> goto give_up
  OR_STOP
  fi;

answer: /* Minted; MintUnknown, since the create never arrived, or its answer is lost or late */
  if
  :: STEP(attempt[mine] == Alive || attempt[mine] == Revoked) -> goto activate
  :: STEP(attempt[mine] == Never || attempt[mine] == Overdue) -> goto leave_in_doubt
  :: STEP(attempt[mine] != Never && faults_left > 0 -> faults_left--) -> goto leave_in_doubt
  OR_STOP
  fi;

activate: /* keep(): KeyStore::activate succeeds; is a conflict; or fails, which says nothing about its effect */
  if
  :: STEP(may_activate(mine) -> set_row(mine, Active); is_shown[mine] = true; LEAVE) -> goto idle
  :: STEP(!may_activate(mine)) -> goto undo
  :: STEP(late_write == 0 && faults_left > 0 -> faults_left--; late_write = mine) -> goto undo
  OR_STOP
  fi;

fence: /* undo(): KeyStore::mark_ambiguous, after which no activation of this attempt succeeds, not even one under way */
  if
  :: STEP(in_doubt(mine) -> set_row(mine, Ambiguous)) -> goto after_fence
  :: STEP(!in_doubt(mine)) -> goto after_fence
  OR_STOP
  fi;

find: /* undo(): KeyStore::knows tells whether the activation took effect after all; then a row has the key's handle */
  if
  :: STEP(has_handle(mine) -> LEAVE) -> goto idle
  :: STEP(!has_handle(mine)) -> goto after_find
  OR_STOP
  fi;

revoke: /* undo(): KeyProvider::revoke */
  if
  :: STEP(attempt[mine] = Revoked) -> goto give_up
  :: STEP(FAULT) -> goto after_failed_revoke
  OR_STOP
  fi;

give_up: /* give_up(): certain that no key of this attempt is alive. KeyStore::release, or back to the queue */
  if
  :: STEP(in_doubt(mine) && flag -> clear_row(mine, None); LEAVE) -> goto idle
  :: STEP(in_doubt(mine) && !flag -> clear_row(mine, Waiting); LEAVE) -> goto idle
  :: STEP(!in_doubt(mine) -> LEAVE) -> goto idle
  OR_STOP
  fi;

leave_in_doubt: /* leave_in_doubt(): KeyStore::mark_ambiguous */
  if
  :: STEP(in_doubt(mine) -> set_row(mine, Ambiguous); LEAVE) -> goto idle
  :: STEP(!in_doubt(mine) -> LEAVE) -> goto idle
  OR_STOP
  fi
}

#if defined(MUTANT_SETTLE_WITHOUT_FENCE)
#define fence_row(n) skip
#else
#define fence_row(n) set_row(n, Ambiguous)
#endif
#if defined(MUTANT_SETTLE_EARLY)
#define is_past(n) true
#else
#define is_past(n) is_settled(n)
#endif
#if defined(MUTANT_ONLY_AMBIGUOUS_SETTLED)
#define may_settle(n) row_is(n, Ambiguous)
#else
#define may_settle(n) (row_is(n, Ambiguous) || row_is(n, Pending) && is_settled(n))
#endif
/* Settlement::settle begins with KeyStore::mark_ambiguous; whether the attempt is settled is asked before listing. */
#define SETTLE(n) :: STEP(may_begin && may_settle(n) && !is_watched[n] && (row_is(n, Ambiguous) || !is_minting(n)) -> \
                          mine = n; flag = is_past(n); fence_row(n)) -> goto list
/* A minter that is held up for longer than the settle time counts as a fault. */
#define OVERTAKE(n) :: STEP(may_begin && may_settle(n) && row_is(n, Pending) && is_minting(n) && faults_left > 0 -> \
                            faults_left--; mine = n; flag = is_past(n); fence_row(n)) -> goto list
/* Recovery::revoke takes up what has begun, for whoever began it as for everybody else. An attempt whose end was decided
 * while its key was being made (is_ending_attempt) is settled first: until then its key may still come to be. */
#if defined(MUTANT_END_UNSETTLED)
#define may_resume(a) true
#else
#define may_resume(a) is_settled(nonce[a])
#endif
#define RESUME(a) :: STEP(may_begin && (status[a] == Revoking || status[a] == Replacing) && may_resume(a) -> mine = nonce[a]) -> goto end
#if defined(MUTANT_ROWS_BEFORE_LIST)
#define RECONCILE(n) :: STEP(may_begin && nonce[account_of(n)] != n -> mine = n) -> goto list_orphans
#elif defined(MUTANT_KNOWN_BY_HANDLE_ONLY)
#define RECONCILE(n) :: STEP(may_begin && attempt[n] == Alive && !row_is(n, Active) && !ending(n) -> mine = n) -> goto end_orphan
#elif defined(MUTANT_NO_RECONCILER)
#define RECONCILE(n)
#else
/* reconcile(): KeyStore::knows, after listing. Listing is no step of its own: what is alive may have been listed at any
 * moment since it came to be, and a look-up that finds a row changes nothing. */
#define RECONCILE(n) :: STEP(may_begin && attempt[n] == Alive && nonce[account_of(n)] != n -> mine = n) -> goto end_orphan
#endif

/* Recovery and `llmapikey reconcile --fix`: recovery.cpp, settlement.cpp, revocation.cpp, reconciliation.cpp. */
proctype Background(byte me) {
  bool flag; /* the attempt was settled when settling began */

idle:
end_idle:
  if
  EACH_NONCE(SETTLE)
  EACH_NONCE(OVERTAKE)
  EACH_ACCOUNT(RESUME)
  EACH_NONCE(RECONCILE)
  fi;

list: /* Settlement::revoke_by_name */
  if
  :: STEP(attempt[mine] == Alive) -> goto revoke
  :: STEP(attempt[mine] != Alive && flag) -> goto requeue
  :: STEP(attempt[mine] != Alive && !flag -> is_watched[mine] = !is_settled(mine); LEAVE) -> goto idle
  OR_STOP
  fi;

revoke:
  if
  :: STEP(attempt[mine] = Revoked) -> goto requeue
  OR_STOP
  fi;

requeue: /* Settlement::settle: KeyStore::release, or back to the queue */
  if
  :: STEP(in_doubt(mine) -> clear_row(mine, Waiting); LEAVE) -> goto idle
  :: STEP(!in_doubt(mine) -> LEAVE) -> goto idle
  OR_STOP
  fi;

end: /* Revocation::finish, and the same of a replacement: KeyProvider::revoke, unless the row has no key */
  if
  :: STEP(attempt[mine] == Alive -> attempt[mine] = Revoked) -> goto finish
  :: STEP(attempt[mine] != Alive) -> goto finish
  OR_STOP
  fi;

finish: /* Only if the row is still of this attempt: it may have been replaced, and may be ending anew */
  if
  :: STEP(row_is(mine, Revoking) -> clear_row(mine, None); LEAVE) -> goto idle
#if defined(MUTANT_FINISH_ANY_ATTEMPT)
  :: STEP(status[account_of(mine)] == Replacing -> clear_row(mine, Waiting); LEAVE) -> goto idle
#else
  :: STEP(row_is(mine, Replacing) -> clear_row(mine, Waiting); LEAVE) -> goto idle
#endif
  :: STEP(!ending(mine) -> LEAVE) -> goto idle
  OR_STOP
  fi;

#if defined(MUTANT_ROWS_BEFORE_LIST)
list_orphans:
  if
  :: STEP(attempt[mine] == Alive) -> goto end_orphan
  :: STEP(attempt[mine] != Alive -> LEAVE) -> goto idle
  fi;
#endif

end_orphan: /* revoke_orphan() */
  if
  :: STEP(attempt[mine] = Revoked; LEAVE) -> goto idle
  OR_STOP
  fi
}

/* The network, upstream, time, and the connection to the database. */
#define ARRIVE(n) :: STEP(attempt[n] == Flying || attempt[n] == Overdue -> attempt[n] = Alive; is_watched[n] = false)
#define GET_LOST(n) :: STEP(attempt[n] == Flying && faults_left > 0 -> faults_left--; attempt[n] = Never; is_watched[n] = false)
#define BE_LATE(n) :: STEP(attempt[n] == Flying && late_creates_left > 0 -> late_creates_left--; attempt[n] = Overdue; is_watched[n] = false)
/* The deadline of an attempt whose sender died. One that lives and is too slow counts as a fault. */
#define EXPIRE(n) :: STEP(attempt[n] == Open && !is_minting(n) -> attempt[n] = Never)
#define BE_SLOW(n) :: STEP(attempt[n] == Open && is_minting(n) && faults_left > 0 -> faults_left--; attempt[n] = Never)
active proctype Environment() {
end:
  do
  EACH_NONCE(ARRIVE)
  EACH_NONCE(GET_LOST)
  EACH_NONCE(BE_LATE)
  EACH_NONCE(EXPIRE)
  EACH_NONCE(BE_SLOW)
  :: STEP(late_write != 0 && may_activate(late_write) -> set_row(late_write, Active); is_shown[late_write] = true; late_write = 0)
  :: STEP(late_write != 0 -> dropped = late_write; late_write = 0; forget(dropped))
  od
}

/* What organizers want, and people who give back or renew: AdminStore::begin_revocations, which means every row whatever
 * its status, and the same of a replacement. */
#define REVOKE(a) :: STEP(orders_left > 0 && status[a] != None && status[a] != Revoking -> orders_left--; set_status(a, Revoking))
#if defined(MUTANT_MINT_BEFORE_REVOKING)
#define REPLACE(a) :: STEP(orders_left > 0 && status[a] == Active -> orders_left--; clear_row(nonce[a], Waiting))
#else
#define REPLACE(a) :: STEP(orders_left > 0 && status[a] == Active -> orders_left--; set_status(a, Replacing))
#endif
active proctype Orders() {
end:
  do
  EACH_ACCOUNT(REVOKE)
  EACH_ACCOUNT(REPLACE)
  od
}

/* When nothing can happen any more. */
active proctype Rest() {
  timeout;
  d_step {
    all_is_well = number_with(Active) == (ACCOUNTS < QUOTA -> ACCOUNTS : QUOTA) && rows == number_with(Active);
    i = 0;
    do
    :: i < NONCES ->
      all_is_well = all_is_well && (attempt[i] == Unused || attempt[i] == Alive && row_is(i, Active));
      i++
    :: else -> break
    od;
    assert(all_is_well)
  }
}

init {
  d_step {
    nonce[ACCOUNTS - 1] = no_nonce_of(ACCOUNTS - 1);
    c_code { atexit(print_done); }
  };
  atomic { run Serve(0); run Serve(1); run Background(2); run Background(3) }
}
