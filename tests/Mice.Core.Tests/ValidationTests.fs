module Mice.Tests.ValidationTests

open Expecto
open Mice

let private bad name =
    MiceError.OutOfRange(name, "given", "allowed")

let private read name sound : Result<string, MiceError list> =
    if sound then Ok name else Error [ bad name ]

[<Tests>]
let tests =
    testList
        "ValidationTests"
        [
            testTheory "all faults of values side by side are told, in their order" [ 0..7 ]
            <| fun (bits: int) ->
                let sound i = (bits >>> i) &&& 1 = 1

                let result =
                    validate {
                        let! a = read "a" (sound 0)
                        and! b = read "b" (sound 1)
                        and! c = read "c" (sound 2)
                        return a + b + c
                    }

                let faults =
                    [ "a"; "b"; "c" ] |> List.indexed |> List.filter (fst >> sound >> not) |> List.map (snd >> bad)

                Expect.equal result (if faults.IsEmpty then Ok "abc" else Error faults) "the faults or the values"

            test "what needs a value is looked at only when all before it is sound" {
                let asked = ResizeArray()

                let check first =
                    validate {
                        let! a = read "a" first
                        and! b = read "b" true
                        asked.Add a
                        let! c = read "c" false
                        and! () = [ bad "d" ]
                        return a + b + c
                    }

                Expect.equal (check false) (Error [ bad "a" ]) "the first fault alone"
                Expect.isEmpty asked "the rest was not reached"
                Expect.equal (check true) (Error [ bad "c"; bad "d" ]) "then the others"
            }

            test "a fault that is found twice is told once" {
                let result =
                    validate {
                        let! () = [ bad "a"; bad "b" ]
                        and! () = Error(bad "a")
                        return ()
                    }

                Expect.equal result (Error [ bad "a"; bad "b" ]) "each once"
                Expect.equal (Validate.without [ bad "a"; bad "a" ] 1) (Error [ bad "a" ]) "also from a list"
                Expect.equal (Validate.all [ read "a" true; read "b" true ]) (Ok [ "a"; "b" ]) "all values"
                Expect.equal (Validate.faults (read "a" true)) [] "no faults"
            }

            test "numbers are checked so that NaN is refused" {
                for value in [ nan; infinity; 0.0; -1.0 ] do
                    Expect.hasLength (Validate.positive "x" value) 1 $"{value} is not positive"

                Expect.isEmpty (Validate.positive "x" 1e-300) "a small number is"
                Expect.hasLength (Validate.atLeast 2 "n" 1) 1 "1 is below 2"
                Expect.isEmpty (Validate.atLeast 2 "n" 2) "2 is not"
            }
        ]
