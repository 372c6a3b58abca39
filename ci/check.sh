#!/usr/bin/env bash
# Checks a project for CI: SARIF into a file, annotations into the log, a summary where there is a
# place for it. Exits as `flowright check` does: 0 fine, 1 findings, 2 could not run.
#
#   FLOWRIGHT           the command                    (flowright)
#   FLOWRIGHT_PATH      project folder                 (.)
#   FLOWRIGHT_DENY      codes, split by blanks or commas: `warnings`, `W06 W0403`
#   FLOWRIGHT_FORMAT    form of what goes to the log   (github)
#   FLOWRIGHT_SARIF     file for SARIF; empty: none    (flowright.sarif)
#   FLOWRIGHT_BASELINE  baseline file; empty: none
set -u

flowright=${FLOWRIGHT:-flowright}
path=${FLOWRIGHT_PATH:-.}
format=${FLOWRIGHT_FORMAT:-github}
sarif=${FLOWRIGHT_SARIF-flowright.sarif}

options=()
IFS=$' \t\n,' read -r -d '' -a denied < <(printf '%s\0' "${FLOWRIGHT_DENY:-}")
for code in ${denied[@]+"${denied[@]}"}; do
  options+=(--deny "$code")
done
if [ -n "${FLOWRIGHT_BASELINE:-}" ]; then
  options+=(--baseline "$FLOWRIGHT_BASELINE")
fi

check() {
  "$flowright" check "$path" ${options[@]+"${options[@]}"} "$@"
}

# What goes to the log decides; the others say the same in other forms.
check --format "$format"
code=$?

if [ "$code" -le 1 ]; then
  if [ -n "$sarif" ]; then
    check --format sarif --output "$sarif" 2>/dev/null || [ $? -eq 1 ] || code=2
  fi
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    {
      echo '### flowright check'
      echo '```text'
      check --format short 2>&1
      echo '```'
    } >>"$GITHUB_STEP_SUMMARY"
  fi
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    echo "exit-code=$code"
    echo "sarif=$sarif"
  } >>"$GITHUB_OUTPUT"
fi
exit "$code"
