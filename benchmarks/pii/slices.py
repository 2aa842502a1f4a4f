"""Hand-written sentences by what makes a name hard; persons in square brackets. None is in the tagger's
training text, and no template makes one.

The slices under `NAMED` hold names in that form; those under `NAMELESS` hold words that pass for names and
are not.
"""

from __future__ import annotations

from benchmarks.pii.score import Found

NAMED = {
    "lower case": """
        ive been trying to get hold of [rebecca thornley] since tuesday
        could someone let [kwabena] know the boxes are at reception
        [siobhan] rang earlier and said it was fine to swap the colour
        the sofa was signed for by [hannah whitlock] but she doesnt live here
        its [dave] again, still no hot water
        can you put [priyanka] on the account as well as me
        i was told by [marcin nowicki] that the fee would be waived
        please pass this on to [olu adeyinka] in complaints
        my wife [catarina] ordered the wrong size
        [jack] from the warehouse never phoned me back
        under [fitzwilliam] i think, or maybe [fitzwilliams]
        spoke to [ellie] on chat who couldnt find the order""",
    "capitals": """
        THIS IS [GRAHAM PETTIFER] AND I WANT MY MONEY BACK
        PLEASE CALL [SANDRA] BEFORE NOON
        DELIVERED TO [MRS OKONJO] AT NUMBER 9 BY MISTAKE
        I ALREADY TOLD [KIERAN] ALL OF THIS
        [TOMASZ WOJCIK] CANCELLED THE BOOKING NOT ME
        ASK [FATIMA] SHE WAS THERE WHEN IT ARRIVED
        ACCOUNT HOLDER [LINDSEY MARGARET HALE]
        WHY DID [DEREK] IN SALES PROMISE ME A DISCOUNT""",
    "initials": """
        Signed, [J. Pemberton]
        The delivery note says [R Castellanos] but nobody here has that name.
        Please make the cheque out to [A. M. Whitcombe].
        Our contact was [Smithson, J] and he has left the company.
        [T.S. Ravindran] approved the credit on Monday.
        It was [K. Lindqvist] who measured the windows.
        [Harrowgate, P.] is down as the main policyholder.
        The form was filled in by [D J Farrant] on my behalf.""",
    "titles": """
        [Mr Abernathy] would like a call before five.
        I have an appointment with [Dr. Venkataraman] on the 9th.
        [Mrs Pollard-Hughes] next door took the parcel in.
        Could [Professor Lindgren] be added to the guest list?
        The booking is for [Miss Tuohy] and one guest.
        [Sir Peregrine Ashby] is not known at this address.
        Tell [Ms. Oyelaran] the refund has gone through.
        [Rev. Colclough] asked whether the hall is heated.""",
    "possessives": """
        [Natasha]'s parcel went to the wrong house.
        It is [Mr Haldane]'s account that was charged.
        [Callum]'s phone number has changed.
        I used [Bernadette]'s card with her permission.
        We are [Ifeoma]'s parents and pay the bill.
        The jacket in [Torsten]'s order was torn.
        [james]'s login doesnt work anymore
        Was [Yvette Marchetti]'s deposit returned?""",
    "greetings": """
        Hi [Tom],
        Dear [Mrs Aldridge], thank you for your letter.
        Hello [Precious], any update on the lamp?
        Morning [Gareth]! Did the courier ring?
        hey [lucia] sorry for the late reply
        Good afternoon [Mr Nakagawa],
        Dear [Oksana] and [Pavlo], we are writing about your tenancy.
        hi [ben] its not working still
        Thanks [Roisin], that sorted it.
        Evening [Dee], just checking in.""",
    "sign-offs": r"""
        It still leaks. Regards, [Fiona Carmichael]
        Please advise. cheers, [anjali]
        Many thanks\n[Stephen]
        Let me know when it ships. Best, [Wilhelmina]
        kind regards [marek]
        That is all. Yours sincerely, [Mrs D. Trevelyan]
        See you then! [Zoe] x
        Waiting for the label. Thx, [Rashida B.]
        Awaiting your reply.\n\n[Hamish McAllister]\nFacilities
        ta, [col]""",
    "double-barrelled": """
        The order was placed by [Phoebe Waller-Browne].
        [Jean-Luc Desrosiers] called about the boiler.
        Please ask [Anne-Marie] to sign.
        [Mary Kate O'Halloran-Shaw] has moved out.
        My name is [Tariq Hussain-Clarke].
        It is registered to [Sarah Jane Lloyd-Price].
        [karl-heinz] never got the email
        Is [Ms Fforbes-Hamilton] still the landlord?""",
    "other cultures": """
        [Nguyen Thi Bich Ngoc] has not received the key.
        We spoke with [Chukwuemeka Obiora] yesterday.
        [Xiaoyan Zheng] is the second driver.
        Please call [Gurpreet Kaur Dhaliwal] on her landline.
        The invoice should go to [Szymon Wisniewski].
        [Abdulrahman al-Harbi] paid in cash.
        [Yevhenia Tkachuk] needs a bed for a child.
        [Thandiwe Mabuza] will collect the parcel.
        Her husband [Giannis Papanikolaou] signed for it.
        [Ayşe Yıldırım] wrote to you last week.
        [Björn Sigurðsson] returned the drill.
        [José Ángel Figueroa] and [María Belén] are on the lease.
        It was booked by [Noor Zaheer] for her mother.
        [Hye-jin Baek] could not log in.
        [Kalinda Waruguru] asked for a callback.
        [Rangi Tamihana] is moving in on Friday.""",
    "e-mail local parts": """
        You can reach me at [petra.holmqvist]@example.com any time.
        Send it to [declan.oshea]@example.org please
        my address is [sunita_rao]@example.net not the old one
        copy in [edward.marchbanks]@example.co.uk
        I used [tamsin.blewett]@example.com when I signed up.
        [oscar.lindahl]@example.se is bouncing""",
    "words that are names": """
        [Will] said the engineer never came.
        I spoke to [May] at the front desk.
        [Mark] told me the fee was a mistake.
        Could [Grant] ring me back about the quote?
        My daughter [Hope] lost her card.
        The booking is under [Rose Field].
        Thanks, [Joy]
        Is [Frank] still working on my claim?
        [Bill Wood] lives upstairs and took the box.
        please ask [dawn] about the spare keys
        [Faith Young] is the account holder.
        Hello [Summer], I got your text.""",
}

NAMELESS = {
    "months and days": """
        I ordered it in May and it is now August.
        The contract runs from April to June.
        my appointment is on friday 3 march
        Will it arrive before Easter Sunday?
        JAN AND FEB BILLS ARE BOTH WRONG
        We march into the shop every summer and nothing changes.
        The Autumn catalogue came in September.
        Black Friday orders are late again.""",
    "brands and products": """
        My Samsung Galaxy will not pair with the Bosch dishwasher.
        I paid with Klarna and then again with PayPal.
        The Dyson stopped working after a week.
        Does Tesco Mobile cover roaming?
        I want to swap the Ford Fiesta for a Renault Clio.
        alexa wont turn the philips hue lights off
        The Ralph Lauren shirt has a hole in it.
        Marks and Spencer refused to take it back.
        My Nikon lens and Canon body do not fit, obviously.
        Is the Jo Malone candle back in stock?
        The Tommy Hilfiger jeans shrank in the first wash.
        Our Miele and Siemens ovens have the same fault.""",
    "organisations": """
        I work for Northbrook and they will pay the invoice.
        Please send the contract to Hartwell Logistics Ltd.
        The claim is with Aviva and not with Direct Line.
        Barclays declined the payment twice.
        Our supplier is Kestrel Components.
        I am writing on behalf of Dunmore Dental Practice.
        The cheque was from Lloyds.
        St Mary's Hospital cannot open the attachment.""",
    "places": """
        The parcel is stuck in Birmingham.
        We moved from Lincoln to Chelmsford last year.
        Do you deliver to Victoria or only to New South Wales?
        the branch in preston was closed
        I left my coat at Charing Cross.
        Send it to 14 Harriet Street, Stockport.
        My new address is Flat 2, 81 Albert Road.
        Is the Jordan Hill office open at weekends?
        Deliver to Charlotte, North Carolina.
        Meet me outside Victoria station.""",
    "words": """
        Will you mark it as paid and grant me access?
        I hope the rose bush survives the summer.
        May I return the frame without the bill?
        the chase for my refund goes on
        My faith in this company is gone.
        Can I get a rich tea biscuit with that, joke.
        It dawned on me that the price was wrong.
        Please be frank: is it lost?
        The art print came with a dent.
        I would rob a bank before I use this app again.
        Chip and pin does not work on the pearl card.
        Sue them, said my neighbour.
        The amber light keeps flashing.
        Jack of all trades, your engineer.""",
    "eponyms and titles": """
        My son wants the Harry Potter box set.
        I cannot stream Romeo and Juliet tonight.
        He has Parkinson's disease and cannot use the app.
        The Victorian desk arrived broken.
        Do you sell Caesar salad kits?
        The Phillips screwdriver is missing from the kit.
        Is there a Celsius option on the thermostat?
        The Wellington boots leak.
        Murphy's law, it broke on day one.
        I ordered Earl Grey, not Assam.""",
    "openers": """
        Hi team, where is my order?
        Hello there, quick question.
        Dear Sir or Madam, I am writing to complain.
        Good morning all, the lift is broken.
        Thanks guys!
        Hey mate can you help
        To whom it may concern
        Kind regards, the residents of flat 4
        Cheers, the accounts team
        Yours faithfully, a very annoyed customer""",
}


def read(block: str) -> list[tuple[str, list[Found]]]:
    """The sentences of a slice, each with its persons."""
    return [_marked(line.strip().replace("\\n", "\n")) for line in block.strip().splitlines()]


def _marked(line: str) -> tuple[str, list[Found]]:
    text, found = "", []
    for number, part in enumerate(line.replace("]", "[").split("[")):
        if number % 2:
            found.append(Found(len(text), len(text) + len(part), "PERSON"))
        text += part
    return text, found
