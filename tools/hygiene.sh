#!/bin/sh
# What no commit may hold. Each check names what it found; the exit code counts the failed ones.
set -u
failed=0

report() { # title, lines found
	[ -z "$2" ] && return
	printf '%s\n%s\n' "$1" "$2" >&2
	failed=$((failed + 1))
}

# Assembled from parts, so that this file does not match itself.
hosts='pyp''i|pythonhoste''d|crate''s|npmj''s|golan''g|debia''n'
report 'Registry addresses:' "$(git grep -nIE "://[^ \"]*($hosts)" -- . ':!Cargo.lock' | head -n 20)"
places='wor''k|far''m|roo''t|hom''e'
report 'Paths of a machine:' \
	"$(git grep -nIE "(^|[^.[:alnum:]_-])/($places)/[a-zA-Z.]" -- . ':!tests/data' ':!Cargo.lock' | head -n 20)"
report 'A lock file with registry addresses is tracked:' "$(git ls-files uv.lock)"
report 'Addresses in constraints.txt:' "$(grep -n '://' constraints.txt)"
report 'Built files are tracked:' "$(git ls-files '*.so' '*.pyd' '*.whl' '*.pyc' | head -n 20)"

# The core forbids unsafe code, and no source uses the word as anything but that attribute.
grep -q '^#!\[forbid(unsafe_code)\]' rust/appconnect/src/lib.rs ||
	report 'Missing:' '#![forbid(unsafe_code)] in rust/appconnect/src/lib.rs'
report 'Unsafe code:' "$(git grep -nE '\bunsafe\b' -- 'rust/*.rs' | grep -vE ':[[:space:]]*//|unsafe_code' | head -n 20)"
report 'Unfinished work:' \
	"$(git grep -nE '\b(TODO|FIXME|XXX)\b|todo!\(|unimplemented!\(' -- 'rust/*.rs' 'python/*.py' 'tests/*.py' 'benches/*' | head -n 20)"

[ "$failed" -eq 0 ] && echo 'hygiene: clean'
exit "$failed"
