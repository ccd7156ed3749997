module Mice.Entropy.Tests.AreaLawTests

open Expecto
open Mice
open Mice.Entropy

[<Tests>]
let tests =
    testList
        "AreaLawTests"
        [
            test "A straight line is found from any lengths" {
                let at length = 0.7 + 0.05 * float length
                let levels = [ for l in [ 4; 8; 8; 16; 16; 32 ] -> struct (l, at l) ]

                match AreaLaw.fit levels with
                | Some(struct (law, Some smaller)) ->
                    for found in [ law; smaller ] do
                        Expecting.decimals 12 (float found.Constant) 0.7 "the constant is found"
                        Expecting.decimals 12 (float found.Slope) 0.05 "the slope is found"

                    Expecting.decimals 12 (float (AreaLaw.at law 128)) (at 128) "the line goes on beyond the lengths"
                | _ -> failwith "no law"
            }

            test "Levels of one length are averaged, and the longest decide" {
                let levels = [ struct (4, 9.0); struct (8, 1.0); struct (8, 1.2); struct (16, 1.5) ]

                match AreaLaw.fit levels with
                | Some(struct (law, Some smaller)) ->
                    Expecting.decimals 12 (float law.Slope) (0.4 / 8.0) "the law is of the two longest"

                    Expecting.decimals
                        12
                        (float smaller.Slope)
                        ((1.1 - 9.0) / 4.0)
                        "the smaller one leaves the longest out"
                | _ -> failwith "no law"
            }

            test "One length is no law" {
                Expect.isNone (AreaLaw.fit [ struct (4, 1.0); struct (4, 2.0) ]) "one length has no slope"
                Expect.isNone (AreaLaw.fit []) "no length has none either"

                match AreaLaw.fit [ struct (4, 1.0); struct (8, 2.0) ] with
                | Some(struct (_, None)) -> ()
                | _ -> failwith "a law of smaller halves from one length"
            }
        ]
