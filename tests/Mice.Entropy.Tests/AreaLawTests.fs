module Mice.Entropy.Tests.AreaLawTests

open Expecto
open Mice
open Mice.Entropy
open Mice.Entropy.Halvings

[<Tests>]
let tests =
    testList
        "AreaLawTests"
        [
            test "A straight line is found from any areas" {
                let at area = 0.7 + 0.05 * area
                let levels = [ for l in [ 4.0; 8.0; 8.0; 16.0; 16.0; 32.0 ] -> struct (l, at l) ]

                match AreaLaw.fit levels with
                | Some(struct (law, Some smaller)) ->
                    for found in [ law; smaller ] do
                        Expecting.decimals 12 (float found.Constant) 0.7 "the constant is found"
                        Expecting.decimals 12 (float found.Slope) 0.05 "the slope is found"

                    Expecting.decimals 12 (float (AreaLaw.at law 128.0)) (at 128.0) "the line goes on beyond the areas"
                | _ -> failwith "no law"
            }

            test "Levels of one area are averaged, and the largest decide" {
                let levels =
                    [ struct (4.0, 9.0); struct (8.0, 1.0); struct (8.0, 1.2); struct (16.0, 1.5) ]

                match AreaLaw.fit levels with
                | Some(struct (law, Some smaller)) ->
                    Expecting.decimals 12 (float law.Slope) (0.4 / 8.0) "the law is of the two largest"

                    Expecting.decimals
                        12
                        (float smaller.Slope)
                        ((1.1 - 9.0) / 4.0)
                        "the smaller one leaves the largest out"
                | _ -> failwith "no law"
            }

            test "One area is no law" {
                Expect.isNone (AreaLaw.fit [ struct (4.0, 1.0); struct (4.0, 2.0) ]) "one area has no slope"
                Expect.isNone (AreaLaw.fit []) "no area has none either"

                match AreaLaw.fit [ struct (4.0, 1.0); struct (8.0, 2.0) ] with
                | Some(struct (_, None)) -> ()
                | _ -> failwith "a law of smaller halves from one area"
            }
        ]
