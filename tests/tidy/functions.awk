# SPDX-License-Identifier: Apache-2.0
# The functions of C++ sources as clang-format writes them: "file:line", name and number of lines, with tabs between,
# for each that has a body of its own. The name of a TEST_CASE is its title in quotes. A function begins at column 0, or
# 2 within a class, and ends with the first brace at the same column. The last line is "functions" and their number.
BEGIN {
  OFS = "\t"
  other = "if for while switch else do namespace class struct enum union return catch try extern public private"
  other = other " protected using template static_assert"
  gsub(/ /, "|", other)
  other = "^ *(" other ")([^A-Za-z_]|$)"
}
FNR == 1 { end = ""; from = 0 }
end == "" && /^(  )?[A-Za-z~]/ && $0 !~ other {
  match($0, /^ */)
  indent = RLENGTH
  from = FNR
  name = $0
  sub(/\(.*/, "", name)
  sub(/.*[ :&*]/, "", name)
}
end == "" && from && name == "TEST_CASE" && match($0, /"([^"\\]|\\.)*"/) { name = substr($0, RSTART, RLENGTH) }
end == "" && from && /\).*\{$/ && !/= *\{$|= \[|namespace/ && FNR - from <= 12 {
  end = sprintf("%*s}", indent, "")
  begin = FNR
}
end == "" && /[;}]$/ { from = 0 }
end != "" && $0 == end {
  print FILENAME ":" from, name, FNR - begin - 1
  ++functions
  end = ""
  from = 0
}
END { print "functions", functions + 0 }
