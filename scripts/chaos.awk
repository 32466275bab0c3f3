# The table at the end of make chaos. Reads nextest's results, the lines that tests wrote (test, what, value), and the scenarios
# (number, name, test). Of several values of one kind the longest time is shown, else the last.
BEGIN { FS = "\t" }

FILENAME == results && /<testcase / {
  test = $0
  sub(/.* name="/, "", test); sub(/".*/, "", test)
  took = $0
  sub(/.* time="/, "", took); sub(/".*/, "", took)
  result[test] = sprintf("ok %6.1f s", took)
  next
}
FILENAME == results { if (/<(failure|error)/) result[test] = "FAILED"; next }

FILENAME == measured {
  key = $1 SUBSEP $2
  if (!(key in value)) kinds[$1] = kinds[$1] "\t" $2
  else if (seconds($3) >= 0 && seconds($3) < seconds(value[key])) next
  value[key] = $3
  next
}

!($3 in result) { next }
$1 != number { number = $1; printf "\n%2d  %s\n", $1, $2 }
{
  printf "    %s  %s\n", result[$3], $3
  n = split(kinds[$3], kind, "\t")
  for (i = 2; i <= n; i++) printf "        %s: %s\n", kind[i], value[$3, kind[i]]
  $3 in counted || (result[$3] == "FAILED" ? failed++ : passed++)
  counted[$3] = 1
}
END { printf "\n%d tests passed, %d failed.\n", passed, failed }

# Of a duration as Rust prints it; less than zero where the text is none.
function seconds(text) {
  if (text ~ /^[0-9.]+ns$/) return text / 1e9
  if (text ~ /^[0-9.]+µs$/) return text / 1e6
  if (text ~ /^[0-9.]+ms$/) return text / 1e3
  if (text ~ /^[0-9.]+s$/) return text + 0
  return -1
}
