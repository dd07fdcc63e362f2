# SPDX-License-Identifier: Apache-2.0
# Completion of muster-agent(8) for bash: commands, flags, sections and files.
_muster_agent_sections() {
  muster-agent sections 2> /dev/null | awk 'NR > 1 && NF == 0 { exit } NR > 1 { print $1 }'
}
_muster_agent() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' position=1 words=''
  COMPREPLY=()
  case $previous in
    --config | --capture)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    --state-directory | --root)
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return ;;
    --section)
      mapfile -t COMPREPLY < <(compgen -W "$(_muster_agent_sections)" -- "$current")
      return ;;
  esac
  while [ "$position" -lt "$COMP_CWORD" ]; do
    case ${COMP_WORDS[position]} in
      --config | --state-directory) position=$((position + 1)) ;;
      -*) ;;
      *)
        command=${COMP_WORDS[position]}
        break ;;
    esac
    position=$((position + 1))
  done
  case $command in
    '') words='inventory sections explain capture enroll run status report help --version' ;;
    inventory) words='--section --pretty --root --capture' ;;
    sections) words='--json --fields' ;;
    explain) words="--all --root --capture $(_muster_agent_sections)" ;;
    capture) words='--root --capture' ;;
    enroll) words='--force' ;;
    run) words='--once --root' ;;
    status) words='--json' ;;
    report) words='--preview --root' ;;
    help) words='inventory sections explain capture enroll run status report' ;;
    *) return ;;
  esac
  [ "$command" = help ] || words="$words --config --state-directory --verbose --help"
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  case $command:$current in
    capture:-*) ;;
    capture:*)
      local files
      mapfile -t files < <(compgen -f -- "$current")
      COMPREPLY+=("${files[@]}") ;;
  esac
}
complete -o filenames -F _muster_agent muster-agent
