namespace Mice.Cli

/// Scripts that let a shell complete verbs and their arguments.
[<RequireQualifiedAccess>]
module Completion =
    let private words (verb: Verb) = String.concat " " verb.Words

    /// What may follow some first words: the next words of verbs that begin with them.
    let private next (verbs: Verb list) : (string * string list) list =
        [
            for verb in verbs do
                for i in 0 .. verb.Words.Length - 1 do
                    String.concat " " (List.truncate i verb.Words), verb.Words[i]
        ]
        |> List.groupBy fst
        |> List.map (fun (first, found) -> first, found |> List.map snd |> List.distinct)

    let private cases (line: string -> string list -> string) (verbs: Verb list) : string =
        [
            for first, following in next verbs -> line first following
            for verb in verbs -> line (words verb) (verb.Arguments())
        ]
        |> String.concat "\n"

    let private bash (verbs: Verb list) : string =
        let line (first: string) following =
            let known = String.concat " " following
            $"    \"{first}\") known=\"{known}\" ;;"

        [
            "# mice completion bash >> ~/.bashrc"
            "_mice() {"
            "  local word=\"${COMP_WORDS[COMP_CWORD]}\" first=\"\" known=\"\" i"
            "  for ((i = 1; i < COMP_CWORD; i++)); do"
            "    case \"${COMP_WORDS[i]}\" in -*) break ;; *) first=\"${first:+$first }${COMP_WORDS[i]}\" ;; esac"
            "  done"
            "  case \"$first\" in"
            cases line verbs
            "  esac"
            "  COMPREPLY=($(compgen -W \"$known\" -- \"$word\"))"
            "  [ \"${#COMPREPLY[@]}\" -gt 0 ] || COMPREPLY=($(compgen -f -- \"$word\"))"
            "}"
            "complete -o filenames -F _mice mice"
        ]
        |> String.concat "\n"

    let private zsh (verbs: Verb list) : string =
        let line (first: string) following =
            let known = String.concat " " following
            $"    \"{first}\") known=({known}) ;;"

        [
            "#compdef mice"
            "# mice completion zsh > a file _mice in a folder of $fpath"
            "_mice() {"
            "  local first=\"\" i"
            "  local -a known"
            "  for ((i = 2; i < CURRENT; i++)); do"
            "    case \"${words[i]}\" in -*) break ;; *) first=\"${first:+$first }${words[i]}\" ;; esac"
            "  done"
            "  case \"$first\" in"
            cases line verbs
            "  esac"
            "  compadd -- $known"
            "  _files"
            "}"
            "compdef _mice mice"
        ]
        |> String.concat "\n"

    /// Shells with their scripts.
    let shells: (string * (Verb list -> string)) list = [ "bash", bash; "zsh", zsh ]
