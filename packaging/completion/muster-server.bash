# SPDX-License-Identifier: Apache-2.0
# Completion of muster-server(8) for bash: commands, flags and files.
_muster_server() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' position=1 words=''
  COMPREPLY=()
  case $previous in
    --config | --ports-file)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    --data)
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return ;;
    --admin | --public-name | --people-port | --agents-port | --to) return ;;
  esac
  while [ "$position" -lt "$COMP_CWORD" ]; do
    case ${COMP_WORDS[position]} in
      --config | --data) position=$((position + 1)) ;;
      -*) ;;
      *)
        command=${COMP_WORDS[position]}
        break ;;
    esac
    position=$((position + 1))
  done
  case $command in
    '') words='init serve backup restore doctor migrate help --version' ;;
    init) words='--admin --password-stdin --public-name --join' ;;
    serve) words='--people-port --agents-port --ports-file' ;;
    backup) ;;
    restore) words='--force' ;;
    doctor) words='--quiet --all --json' ;;
    migrate) words='--to' ;;
    help) words='init serve backup restore doctor migrate' ;;
    *) return ;;
  esac
  [ "$command" = help ] || words="$words --config --data --verbose --help"
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  case $command:$current in
    backup:-* | restore:-*) ;;
    backup:* | restore:*)
      local files
      mapfile -t files < <(compgen -f -- "$current")
      COMPREPLY+=("${files[@]}") ;;
  esac
}
complete -o filenames -F _muster_server muster-server
