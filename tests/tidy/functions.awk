# SPDX-License-Identifier: Apache-2.0
# The functions of C++ sources as clang-format writes them: "file:line name lines" for each with a body of its own. A
# function begins at column 0, or 2 within a class, and ends with the first brace at the same column.
FNR == 1 { end = ""; from = 0 }
end == "" && /^(  )?[A-Za-z~]/ && !/^ *(if|for|while|switch|else|do|namespace|class|struct|enum|union|return|catch|try|extern|public|private|protected|using|template|static_assert)([^A-Za-z_]|$)/ {
  match($0, /^ */)
  indent = RLENGTH
  from = FNR
  name = $0
  sub(/\(.*/, "", name)
  sub(/.*[ :&*]/, "", name)
}
end == "" && from && /\).*\{$/ && !/= *\{$|= \[|namespace/ && FNR - from <= 12 {
  end = sprintf("%*s}", indent, "")
  begin = FNR
}
end == "" && /[;}]$/ { from = 0 }
end != "" && $0 == end {
  print FILENAME ":" from, name, FNR - begin - 1
  end = ""
  from = 0
}
