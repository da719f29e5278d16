-- What the rules call by name. A cell's text counts without the blanks around it; an empty cell is NULL.
CREATE MACRO clean(cell) AS nullif(trim(cell), '');

-- Cells of a finding: fields of the record on a line of a table.
CREATE MACRO cells(of_table, on_line, fields) AS
    list_transform(fields, lambda f: {'table': of_table, 'line': on_line, 'field': f});

-- Unique pupil number: the first letter is the sum of each value times its place, modulo 23.
CREATE MACRO upn_value(upn, place) AS
    CASE WHEN substr(upn, place, 1) BETWEEN '0' AND '9' THEN ascii(substr(upn, place, 1)) - 48
         ELSE strpos('ABCDEFGHJKLMNPQRTUVWXYZ', substr(upn, place, 1)) - 1 END;
CREATE MACRO valid_upn(upn) AS
    regexp_full_match(upn, '[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]')
    AND strpos('ABCDEFGHJKLMNPQRTUVWXYZ', upn[1]) - 1 =
        ((ascii(upn[2]) - 48) * 2 + (ascii(upn[3]) - 48) * 3 + (ascii(upn[4]) - 48) * 4 + (ascii(upn[5]) - 48) * 5
        + (ascii(upn[6]) - 48) * 6 + (ascii(upn[7]) - 48) * 7 + (ascii(upn[8]) - 48) * 8 + (ascii(upn[9]) - 48) * 9
        + (ascii(upn[10]) - 48) * 10 + (ascii(upn[11]) - 48) * 11 + (ascii(upn[12]) - 48) * 12 + upn_value(upn, 13) * 13) % 23;

-- NHS number: weights 10 to 2; 11 less the sum modulo 11, where 11 is 0 and 10 is no digit.
CREATE MACRO digits_of_nhs(number) AS replace(replace(number, ' ', ''), '-', '');
CREATE MACRO valid_nhs(digits) AS
    regexp_full_match(digits, '[0-9]{10}')
    AND (11 - ((ascii(digits[1]) - 48) * 10 + (ascii(digits[2]) - 48) * 9 + (ascii(digits[3]) - 48) * 8
        + (ascii(digits[4]) - 48) * 7 + (ascii(digits[5]) - 48) * 6 + (ascii(digits[6]) - 48) * 5
        + (ascii(digits[7]) - 48) * 4 + (ascii(digits[8]) - 48) * 3 + (ascii(digits[9]) - 48) * 2) % 11) % 11 = ascii(digits[10]) - 48;

CREATE MACRO valid_postcode(postcode) AS
    length(postcode) <= 8 AND regexp_full_match(upper(postcode),
        'GIR 0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]([0-9]|[ABEHMNPRV-Y])?|[0-9][A-HJKPS-UW]) ?[0-9][ABD-HJLNP-UW-Z]{2}|ZZ99 ?[0-9][A-Z]{2}');

-- The codes that are known, in the spelling of the DfE.
CREATE MACRO known_source(code) AS code IN ('1A', '1B', '1C', '1D', '2A', '2B', '3A', '3B', '3C', '3D', '3E', '3F', '4',
    '5A', '5B', '5C', '5D', '6', '7', '8', '9', '10');
CREATE MACRO known_outcome(code) AS code IN ('CP_ENQUIRY', 'NEW_REFERRAL', 'EXISTING_REFERRAL', 'OLA_CP', 'PRIVATE_FOSTERING',
    'NON_AGENCY_ADOPTION', 'EARLY_HELP', 'OTHER', 'ADVICE', 'NFA', 'STILL_OPEN', 'MISSING');
CREATE MACRO known_ethnicity(code) AS code IN ('WBRI', 'WIRI', 'WIRT', 'WOTH', 'WROM', 'MWBC', 'MWBA', 'MWAS', 'MOTH', 'AIND',
    'APKN', 'ABAN', 'AOTH', 'BCRB', 'BAFR', 'BOTH', 'CHNE', 'OOTH', 'REFU', 'NOBT');
