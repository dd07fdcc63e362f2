# SPDX-License-Identifier: Apache-2.0
# The names of files in comments of sources, SQL and scripts that are nowhere in the tree: "file:line: names it, ...".
# A name is a word that ends like a source (parser.h, server/query/parser.cpp) and may leave out folders at its front,
# or a path from the root (tests/support/store, docs/decisions/0003). Not looked at:
#   - headers of others, which stand in <>: <linux/ethtool.h>
#   - words with something to be replaced: *, {}, $, a word in capitals as in fuzz_NAME.cpp
# Other files of others are in foreign_files.txt. Input: with input=tree a list of all paths, with input=foreign that
# file, with input=files the files themselves. The last line is "names" and how many were held against the tree.
input == "tree" {
  path = $0
  if (path ~ /^docs\/decisions\/[0-9]+-/) there[substr(path, 1, 19)] = 1
  there[path] = 1
  while (match(path, /\//)) {
    path = substr(path, RSTART + 1)
    there[path] = 1
  }
  next
}
input == "foreign" {
  if ($1 != "" && $1 != "#") foreign[$1] = FILENAME
  next
}
{
  text = comment($0)
  while (match(text, /[A-Za-z0-9_.\/*{}<>$-]+/)) {
    word = substr(text, RSTART, RLENGTH)
    text = substr(text, RSTART + RLENGTH)
    sub(/[.\/-]+$/, "", word)
    sub(/^\.\//, "", word)
    if (word ~ /[*{}<>$]/ || word ~ /^[.\/-]/) continue
    if (word !~ /[A-Za-z0-9_]\.(h|cpp|sql|sh|awk|cmake|yaml|md|txt)$/ &&
        word !~ /^(common|agent|server|tests|packaging|docs)\/./) continue
    ++names
    if (word in foreign) { used[word] = 1; continue }
    if (word in there || word ~ /(^|[\/_])[A-Z]+[_.]/) continue
    print FILENAME ":" FNR ": names " word ", which is not there"
  }
}
END {
  for (word in foreign) if (!(word in used)) print foreign[word] ": no comment names " word "; take it off the list"
  print "names", names + 0
}
# The comment of a line, or nothing.
function comment(line,   mark, at, before, rest, passed) {
  mark = FILENAME ~ /\.(cpp|h)$/ ? "//" : FILENAME ~ /\.sql$/ ? "--" : "#"
  rest = line
  while ((at = index(rest, mark)) > 0) {
    before = passed substr(rest, 1, at - 1)
    # Not within a string, and not a part of a word such as http:// or $#.
    if (before ~ /(^|[ ;{}(),])$/ && gsub(/"/, "\"", before) % 2 == 0) return substr(rest, at + length(mark))
    passed = before mark
    rest = substr(rest, at + length(mark))
  }
  return ""
}
