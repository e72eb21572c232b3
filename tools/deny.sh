#!/bin/sh
# Advisories, licences and duplicate crates. Says aloud what could not be checked, instead of passing in silence.
set -u
if ! cargo deny --version >/dev/null 2>&1; then
	echo 'deny: NOT CHECKED: cargo-deny is not installed (cargo install --locked cargo-deny).' >&2
	exit 0
fi
cargo deny --offline check bans licenses sources || exit 1
if ! cargo deny --offline check advisories; then
	if cargo deny fetch db >/dev/null 2>&1; then
		cargo deny check advisories
	else
		echo 'deny: ADVISORIES NOT CHECKED: their database cannot be reached from here.' >&2
	fi
fi
