#!/bin/sh
# Cleans up after a process that was killed and could not do so itself. Each line of
# standard input is an action and an item:
#   + group <process group>     to be killed in the end
#   + file <absolute path>      to be removed in the end
#   + folder <absolute path>    to be removed in the end; processes that were given a path
#                               in it as an argument are killed with their groups before
#   - <item>                    no longer
# The end is the end of standard input: it comes when no process has the pipe open.
trap '' INT TERM HUP
newline='
'
items=$newline
while IFS= read -r line; do
  item=${line#? }
  case $line in
    '+ '*) items=$items$item$newline ;;
    '- '*)
      case $items in
        *"$newline$item$newline"*)
          before=${items%%"$newline$item$newline"*}
          items=$before$newline${items#*"$newline$item$newline"}
          ;;
      esac
      ;;
  esac
done
IFS=$newline
set -f
for item in $items; do
  case $item in 'group '*) kill -s KILL -- "-${item#group }" 2>/dev/null ;; esac
done
# A group that was just started may not have been named yet; it has a path in its folder.
for round in 1 2 3; do
  for item in $items; do
    case $item in
      'folder '*)
        set +f
        found=$(grep -lFs -- "${item#folder }/" /proc/[0-9]*/cmdline)
        set -f
        for file in $found; do
          id=${file#/proc/}
          kill -s KILL -- "-${id%/cmdline}" 2>/dev/null
        done
        ;;
    esac
  done
  sleep 0.1
done
for item in $items; do
  case $item in
    'folder '*) rm -rf -- "${item#folder }" ;;
    'file '*) rm -f -- "${item#file }" ;;
  esac
done
