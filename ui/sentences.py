"""The sentence and the button for every error code, in Vietnamese and English: data for ``ui.messages``.

A template may hold ``[with {param}|without]``: the first half is used when all its parameters are known, else the
second (or nothing), so a sentence reads well however little the caller knew. Wording: reference ``screens.md`` 3.4
(what happened, what is safe, one thing to do; a number or place; no blame; two sentences at most).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    vi: str
    en: str
    button_vi: str = ""
    """Empty: nothing to press."""
    button_en: str = ""


_RETRY = ("Thử lại", "Try again")
_OTHER_FILE = ("Chọn tệp khác", "Choose another file")
_RESCAN = ("Quét lại", "Scan again")

MESSAGES: dict[str, Message] = {
    "F01": Message(
        "Tệp[ {file}] không phải ảnh hay PDF nên chưa được nhập. Các tệp khác không bị ảnh hưởng; chọn ảnh JPEG, PNG, "
        "TIFF hoặc PDF.",
        "The file[ {file}] is neither an image nor a PDF and was not taken in. Other files are unaffected; choose JPEG, PNG, "
        "TIFF or PDF.",
        *_OTHER_FILE,
    ),
    "F02": Message(
        "Tệp[ {file}] có mật khẩu nên chưa đọc được. Tệp gốc giữ nguyên; gỡ mật khẩu rồi nhập lại.",
        "The file[ {file}] is protected by a password and can't be read. The original is untouched; remove the password and "
        "import it again.",
        *_OTHER_FILE,
    ),
    "F03": Message(
        "Tệp[ {file}] bị hỏng[ từ trang {page}] nên chưa được nhập. Các tệp khác không bị ảnh hưởng; quét lại hoặc xin bản khác.",
        "The file[ {file}] is damaged[ from page {page} on] and was not taken in. Other files are unaffected; scan it "
        "again or ask "
        "for another copy.",
        *_RESCAN,
    ),
    "F04": Message(
        "Tệp[ {file}] có 0 trang nên chưa được nhập. Các tệp khác không bị ảnh hưởng; kiểm tra lại nơi lấy tệp.",
        "The file[ {file}] has 0 pages and was not taken in. Other files are unaffected; check where the file came from.",
        *_OTHER_FILE,
    ),
    "F05": Message(
        "Ảnh[ {file}] quá lớn[ ({width} × {height} điểm)] nên chưa được nhập. Các tệp khác không bị ảnh hưởng; quét lại "
        "ở 300 dpi.",
        "The picture[ {file}] is too large[ ({width} × {height} pixels)] and was not taken in. Other files are "
        "unaffected; scan it "
        "again at 300 dpi.",
        *_RESCAN,
    ),
    "F06": Message(
        "[Trang {page}|Một trang] không xử lý được nên đã để riêng; ảnh gốc còn nguyên. Quét lại trang này hoặc bỏ trang.",
        "[Page {page}|A page] could not be processed and was set aside; the original is safe. Scan this page again or drop it.",
        *_RESCAN,
    ),
    "F07": Message(
        "Không mở được tệp[ {file}]: tệp không còn hoặc không có quyền đọc. Các tệp khác không bị ảnh hưởng; kiểm tra "
        "rồi chọn lại.",
        "The file[ {file}] can't be opened: it is gone or may not be read. Other files are unaffected; check and choose again.",
        *_OTHER_FILE,
    ),
    "F08": Message(
        "Tệp[ {file}] đã có chữ ký số nên được giữ nguyên từng bit. Muốn sửa nội dung, hãy lập bản mới.",
        "The file[ {file}] already carries a digital signature and is kept bit by bit. To change it, make a new version.",
    ),
    "Q01": Message(
        "Chưa thấy máy quét. Kiểm tra dây USB và nguồn điện, hoặc nhập từ tệp.",
        "No scanner found. Check its USB cable and power, or import from files.",
        *_RETRY,
    ),
    "Q02": Message(
        "Khay giấy trống, chưa quét thêm tờ nào. Đặt giấy vào khay rồi quét tiếp.",
        "The feeder is empty, no further sheet was scanned. Put paper in and scan on.",
        "Quét tiếp",
        "Scan on",
    ),
    "Q04": Message(
        "Kẹt giấy[ ở tờ {sheet}]. [{count} tờ|Các tờ trước] đã lưu an toàn; gỡ giấy rồi quét tiếp[ từ tờ {sheet}].",
        "Paper jam[ at sheet {sheet}]. [{count} sheets|The sheets before] are saved; free the paper and scan on[ from "
        "sheet {sheet}].",
        "Quét tiếp",
        "Scan on",
    ),
    "Q05": Message(
        "Có thể hai tờ dính nhau[ sau trang {page}]. Quét lại tờ này?",
        "Two sheets may have gone through together[ after page {page}]. Scan this sheet again?",
        *_RESCAN,
    ),
    "A01": Message(
        "[Trang {page}|Trang này] chỉ có [{value} dpi, cần từ {limit}|độ phân giải thấp]. Quét lại, hoặc giữ và ghi lý do.",
        "[Page {page}|This page] has [only {value} dpi, needed {limit}|a low resolution]. Scan it again, or keep it "
        "with a reason.",
        *_RESCAN,
    ),
    "A02": Message(
        "[Trang {page}|Trang này] mờ[ ({value}/100, cần từ {limit})]. Quét lại, hoặc giữ và ghi lý do.",
        "[Page {page}|This page] is blurred[ ({value}/100, needed {limit})]. Scan it again, or keep it with a reason.",
        *_RESCAN,
    ),
    "A03": Message(
        "[Trang {page}|Trang này] trắng. Trang vẫn được giữ; nhấn Del nếu muốn bỏ.",
        "[Page {page}|This page] is blank. It is kept; press Del to drop it.",
    ),
    "A04": Message(
        "[Trang {page}|Trang này] chưa đạt[ về {finding}][ ({value}, cần {limit})]. Quét lại, hoặc giữ và ghi lý do.",
        "[Page {page}|This page] is not good enough[ in {finding}][ ({value}, needed {limit})]. Scan it again, or keep it with a "
        "reason.",
        *_RESCAN,
    ),
    "O01": Message(
        "Chưa đọc được chữ trên máy này. Vẫn nhập tay được; báo quản trị cài gói tesseract-ocr-vie.",
        "This PC can't read text yet. Typing works; ask IT to install tesseract-ocr-vie.",
    ),
    "O02": Message(
        "[Trang {page}|Một trang] chưa đọc được chữ. Ảnh vẫn an toàn; nhập tay hoặc đọc lại.",
        "The text of [page {page}|a page] could not be read. The picture is safe; type it in or read it again.",
        "Đọc lại",
        "Read again",
    ),
    "K01": Message(
        'Thiếu ["{field}"|một ô bắt buộc][ (văn bản {document})]. Các ô khác đã giữ; điền ô này để đi tiếp.',
        '["{field}"|A required field] is missing[ (document {document})]. The other fields are kept; fill it in to go on.',
        "Mở chỗ cần sửa",
        "Go to it",
    ),
    "K02": Message(
        'Ô ["{field}"|này] chưa đúng dạng[, ví dụ {example}]. Nội dung đã gõ vẫn giữ; xem ảnh rồi sửa lại.',
        '["{field}"|This field] has not the form expected[, for example {example}]. What you typed is kept; look at '
        "the picture "
        "and mend it.",
        "Mở chỗ cần sửa",
        "Go to it",
    ),
    "K03": Message(
        "Bạn đã nhập hồ sơ này nên cần người khác kiểm tra.",
        "You entered this dossier, so another person has to check it.",
        "Chuyển người khác",
        "Pass to another person",
    ),
    "K04": Message(
        "Người khác vừa sửa hồ sơ[ {code}]. Đã tải bản mới nhất; xem lại rồi xác nhận.",
        "Somebody else has just changed the dossier[ {code}]. The newest version is shown; look again, then confirm.",
        "Tải lại",
        "Reload",
    ),
    "K06": Message(
        'Bước này chưa làm được[ khi đang "{state}"]. Không có gì bị thay đổi; tải lại để xem trạng thái mới.',
        'This step is not possible[ while it is "{state}"]. Nothing was changed; reload to see the current state.',
        "Tải lại",
        "Reload",
    ),
    "K07": Message(
        "Chỉ người ký được giao mới làm được việc này. Ctrl+U để đổi người dùng.",
        "Only the official in charge of signing may do this. Ctrl+U changes the user.",
    ),
    "C01": Message(
        "Chưa cắm USB ký số. Bạn vẫn xem và đánh dấu trước được.",
        "No signing token is plugged in. You can still view and mark documents.",
        *_RETRY,
    ),
    "C02": Message(
        "Sai mã PIN – đã dừng, chưa ký văn bản nào thêm. Nhập sai tiếp có thể khóa thiết bị[ (còn {left} lần)].",
        "Wrong PIN – stopped, no further document was signed. More wrong entries may lock the device[ ({left} left)].",
    ),
    "C03": Message(
        "USB ký số đã bị khóa. Liên hệ đơn vị cấp để mở; hồ sơ vẫn giữ trong hàng chờ ký.",
        "The signing token is locked. Ask its issuer to unlock it; the documents stay in the queue.",
    ),
    "C04": Message(
        "USB ký số bị rút khi đang ký[ (đã ký {count})]. Văn bản đã ký vẫn nguyên; cắm lại rồi ký tiếp.",
        "The token was pulled out while signing[ ({count} signed)]. Signed documents are intact; plug it in and sign on.",
        "Ký tiếp",
        "Sign on",
    ),
    "C05": Message(
        "Chứng thư [đã hết hạn ngày {date}|không còn hoặc chưa có hiệu lực]. Không ký được; cần cấp lại.",
        "The certificate [expired on {date}|is not valid now]. Signing is not possible; it has to be renewed.",
    ),
    "C06": Message(
        'Chứng thư mang tên đơn vị [cũ "{organization}"|khác]. Không ký được; cần cấp lại.',
        'The certificate carries [the old name "{organization}"|another unit\'s name]. Signing is not possible; it has '
        "to be renewed.",
    ),
    "C07": Message(
        "Không thấy khóa ký kèm chứng thư trên thiết bị. Hồ sơ vẫn giữ trong hàng chờ ký; kiểm tra đúng USB ký số chưa.",
        "The device holds no key with its certificate. The documents stay in the queue; check that it is the right token.",
        *_RETRY,
    ),
    "C08": Message(
        "Không đọc được tệp khóa[ {file}]. Chưa ký văn bản nào; nhờ quản trị kiểm tra tệp.",
        "The key file[ {file}] can't be read. Nothing was signed; ask IT to check the file.",
    ),
    "C09": Message(
        "Đã ký, chưa có dấu thời gian vì mất mạng. Sẽ tự bổ sung trước khi gửi.",
        "Signed, without a time-stamp because the line is down. It will be added before sending.",
    ),
    "C10": Message(
        "Chưa nạp được phần mềm của USB ký số. Hồ sơ vẫn giữ trong hàng chờ ký; nhờ quản trị cài lại.",
        "The token's software can't be loaded. The documents stay in the queue; ask IT to install it again.",
    ),
    "C11": Message(
        "Tệp PDF[ {file}] chưa ký được ở dạng hiện tại. Tệp giữ nguyên; tạo lại PDF rồi ký.",
        "The PDF[ {file}] can't be signed as it is. The file is untouched; make the PDF again, then sign.",
    ),
    "C12": Message(
        "Văn bản chưa qua [đủ {need} bước|bước] kiểm tra trước khi ký[ (đạt {have})]. Chưa ký gì; xem danh sách bên phải và sửa.",
        "The document has not passed [all {need}|the] checks before signing[ ({have} passed)]. Nothing was signed; see "
        "the list on "
        "the right.",
    ),
    "C20": Message(
        "USB ký số có nhiều chứng thư còn hạn[: {choices}]. Chưa ký gì; chọn một bằng --key-id hoặc key_id trong tệp cài đặt.",
        "The token holds several certificates in force[: {choices}]. Nothing was signed; choose one by --key-id or key_id in the "
        "settings file.",
    ),
    "C21": Message(
        "Chứng thư khác với chứng thư đã ký các tệp đầu của lô. Chưa ký thêm; dùng đúng khóa ban đầu, hoặc ký phần còn lại "
        "vào thư mục khác.",
        "This is not the certificate that signed the batch's first files. No more was signed; use the first key again, or "
        "sign the rest into another folder.",
    ),
    "C22": Message(
        "Người giữ khóa đã từ chối hoặc hủy xác nhận. Văn bản này chưa ký; ký lại nếu muốn.",
        "The key's owner refused or cancelled. This document is not signed; sign again if you want to.",
        "Ký lại",
        "Sign again",
    ),
    "C23": Message(
        "Dịch vụ ký từ xa[ {name}] chưa trả lời được. Văn bản còn lại vẫn chờ ký; thử lại sau.",
        "The remote signing service[ {name}] does not answer properly. What is left waits; try again later.",
        *_RETRY,
    ),
    "C24": Message(
        "Dịch vụ ký từ xa[ {name}] từ chối tài khoản hoặc chứng thư[ ({reason})]. Chưa ký gì; nhờ quản trị kiểm tra cài đặt.",
        "The remote signing service[ {name}] refuses the account or the credential[ ({reason})]. Nothing was signed; ask IT "
        "to check the settings.",
    ),
    "C25": Message(
        "Cần mã xác nhận một lần (OTP) mới, hoặc mã vừa nhập không đúng. Văn bản còn lại vẫn chờ ký; lấy mã mới rồi ký tiếp.",
        "A fresh one-time code (OTP) is needed, or the one given is wrong. What is left waits; get a new code and sign on.",
        "Ký tiếp",
        "Sign on",
    ),
    "C26": Message(
        "Yêu cầu ký đã quá hạn xác nhận. Văn bản này chưa ký; ký lại để gửi yêu cầu mới.",
        "The request to sign has expired. This document is not signed; sign again to send a new request.",
        "Ký lại",
        "Sign again",
    ),
    "C27": Message(
        "Đang chờ người ký xác nhận trên điện thoại. Yêu cầu đã gửi và được giữ lại; xác nhận rồi chạy lại, không gửi hai lần.",
        "Waiting for the signer to confirm on the phone. The request is sent and kept; confirm, then run again: it is not sent "
        "twice.",
        "Kiểm tra lại",
        "Check again",
    ),
    "C28": Message(
        "Mất kết nối sau khi gửi yêu cầu ký: chưa rõ dịch vụ đã ký hay chưa. Chưa có tệp nào được tạo; xem lịch sử giao dịch "
        "rồi ký lại.",
        "The line dropped after the request was sent: it is not known whether the service signed. No file was made; look at "
        "the service's history, then sign again.",
        *_RETRY,
    ),
    "V01": Message(
        "Nội dung được ký đã bị thay đổi sau khi ký. Không dùng bản này; xin lại bản gốc.",
        "The signed content was changed after signing. Don't use this copy; ask for the original.",
    ),
    "V02": Message(
        "Có nội dung được thêm hoặc sửa sau khi ký. Chỉ phần đã ký là đáng tin; đối chiếu với bản gốc.",
        "Content was added or changed after signing. Only the signed part can be trusted; compare with the original.",
    ),
    "V03": Message(
        "Đơn vị cấp chứng thư không nằm trong danh sách tin cậy. Chưa kết luận được; nhờ quản trị kiểm tra.",
        "The certificate's issuer is not on the trust list. No conclusion yet; ask IT to check.",
    ),
    "V04": Message(
        "Chứng thư của người ký đã bị thu hồi[ ngày {date}]. Không dùng bản này; liên hệ người ký.",
        "The signer's certificate was revoked[ on {date}]. Don't use this copy; contact the signer.",
    ),
    "V05": Message(
        "Chưa hỏi được đơn vị cấp xem chứng thư có bị thu hồi không. Kiểm tra lại khi có mạng.",
        "The issuer could not be asked whether the certificate is revoked. Check again when the line is up.",
        *_RETRY,
    ),
    "V06": Message(
        "Chữ ký số sai cấu trúc nên không kiểm tra được. Không dùng bản này; xin lại bản gốc.",
        "The signature is malformed and can't be checked. Don't use this copy; ask for the original.",
    ),
    "V07": Message(
        "Tệp này có 0 chữ ký số. Nội dung xem được nhưng chưa có giá trị bản ký.",
        "This file has 0 digital signatures. It can be read but doesn't count as signed.",
    ),
    "V08": Message(
        "Chứng thư không có hiệu lực vào lúc ký[ ({date})]. Không dùng bản này; xin ký lại.",
        "The certificate was not valid at the time of signing[ ({date})]. Don't use this copy; have it signed again.",
    ),
    "V09": Message(
        "Tệp có phần dữ liệu không được chữ ký tính đến[ ({bytes} byte)]. Không dùng bản này; xin lại bản gốc.",
        "The file has data no signature accounts for[ ({bytes} bytes)]. Don't use this copy; ask for the original.",
    ),
    "V10": Message(
        "Không đọc được tệp[ {file}] để kiểm tra. Tệp giữ nguyên; chọn tệp PDF khác.",
        "The file[ {file}] can't be read for checking. It is untouched; choose another PDF.",
        *_OTHER_FILE,
    ),
    "V11": Message(
        "Có ô được điền hoặc ghi chú được thêm sau khi ký. Phần đã ký vẫn nguyên; xem phần thêm trước khi dùng.",
        "A form was filled in or a comment added after signing. The signed part is intact; look at the addition first.",
    ),
    "V12": Message(
        "Thuật toán ký[ {algorithm}] quá yếu, không còn được chấp nhận. Xin ký lại bằng chứng thư mới.",
        "The signature algorithm[ {algorithm}] is too weak and no longer accepted. Have it signed again.",
    ),
    "V13": Message(
        "Chữ ký dùng chứng thư tập huấn. Chỉ để luyện tập, không có giá trị pháp lý.",
        "Signed with a training certificate. For practice only, without legal effect.",
    ),
    "V14": Message(
        "Chữ ký chỉ bao một phần của tệp. Phần còn lại không đáng tin; xin lại bản gốc.",
        "The signature covers only a part of the file. The rest can't be trusted; ask for the original.",
    ),
    "V15": Message(
        "Chữ ký không khớp với khóa trong chứng thư của người ký. Không dùng bản này; xin lại bản gốc.",
        "The signature does not fit the key in the signer's certificate. Don't use this copy; ask for the original.",
    ),
    "V16": Message(
        "Tệp[ {file}] có chữ ký số nhưng cấu trúc đã hỏng hoặc bị sửa. Không dùng bản này; xin lại bản gốc.",
        "The file[ {file}] has a signature, but its structure is damaged or was altered. Don't use this copy; ask for the "
        "original.",
    ),
    "V17": Message(
        "Chứng thư đã hết hạn[ ngày {date}] và không có dấu thời gian chứng minh đã ký trước đó. Xin người ký xác nhận hoặc gửi "
        "bản có dấu thời gian.",
        "The certificate has expired[ on {date}] and no time-stamp proves that it was signed before. Ask the signer to confirm "
        "or for a copy with a time-stamp.",
    ),
    "V18": Message(
        "Chứng thư chưa đến ngày có hiệu lực[ ({date})]. Xem lại ngày giờ của máy này; nếu đúng thì xin ký lại.",
        "The certificate is not valid yet[ ({date})]. Check this PC's clock; if it is right, have it signed again.",
    ),
    "V19": Message(
        "Tệp có hai bảng mục lục, mỗi chương trình có thể hiện nội dung khác nhau. Phần đã ký vẫn nguyên; đối chiếu với bản gốc.",
        "The file has two cross-reference tables, so programs may show different content. The signed part is intact; compare "
        "with the original.",
    ),
    "V20": Message(
        "Dấu thời gian bị hỏng hoặc mâu thuẫn với nhau. Không dựa vào giờ ghi trong tệp; xin lại bản gốc.",
        "A time-stamp is broken or contradicts another. Don't rely on the times in the file; ask for the original.",
    ),
    "V21": Message(
        "Đơn vị cấp dấu thời gian không nằm trong danh sách tin cậy. Giờ ký chưa được chứng minh; nhờ quản trị kiểm tra.",
        "The time-stamping authority is not on the trust list. The signing time is not proven; ask IT to check.",
    ),
    "V22": Message(
        "Chứng thư này không được cấp để ký văn bản. Không dùng bản này; xin ký lại bằng chứng thư ký số.",
        "This certificate was not issued for signing documents. Don't use this copy; have it signed with a signing certificate.",
    ),
    "V23": Message(
        "Tệp thiếu chứng thư của đơn vị cấp nên chưa nối được tới gốc tin cậy. Nhờ quản trị thêm chứng thư còn thiếu.",
        "The issuer's certificate is missing, so the chain does not reach a trusted root. Ask IT to add what is missing.",
    ),
    "V24": Message(
        "Chuỗi chứng thư có chỗ sai chữ ký, hết hạn hoặc không được quyền cấp. Chưa kết luận được; nhờ quản trị kiểm tra.",
        "A certificate of the chain is wrongly signed, expired or not allowed to issue. No conclusion yet; ask IT to check.",
    ),
    "V25": Message(
        "Chứng thư của đơn vị cấp đã bị thu hồi[ ngày {date}]. Không dùng bản này; liên hệ người ký.",
        "An issuing authority's certificate was revoked[ on {date}]. Don't use this copy; contact the signer.",
    ),
    "V26": Message(
        "Chữ ký thiếu chứng thư của người ký hoặc kèm chứng thư khác. Không dùng bản này; xin lại bản gốc.",
        "The signer's certificate is missing from the signature, or another stands in its place. Don't use this copy; ask for "
        "the original.",
    ),
    "V27": Message(
        "Chữ ký theo một chính sách ký mà máy này chưa kiểm tra được. Chưa kết luận được; nhờ quản trị kiểm tra.",
        "The signature follows a policy that this PC can't check. No conclusion yet; ask IT to check.",
    ),
    "V28": Message(
        "Chưa đủ bằng chứng về thời điểm ký để kết luận. Xin người ký xác nhận hoặc gửi bản có dấu thời gian.",
        "There is not enough proof of when it was signed. Ask the signer to confirm or for a copy with a time-stamp.",
    ),
    "V29": Message(
        "Có chữ ký khác được ký thêm sau chữ ký này. Phần đã ký vẫn nguyên; xem kết quả của từng chữ ký.",
        "Another signature was added after this one. The signed part is intact; look at the result of each signature.",
    ),
    "V30": Message(
        "Có ghi chú, hình hoặc dấu được đặt chồng lên trang sau khi ký. Chỉ phần bên dưới được ký; đối chiếu với bản gốc.",
        "A note, picture or stamp was laid over the pages after signing. Only what lies beneath is signed; compare with the "
        "original.",
    ),
    "G01": Message(
        "Mất mạng[ từ {since}]. Cứ làm tiếp; [{waiting} hồ sơ|hồ sơ] đã lưu trên máy và sẽ tự gửi.",
        "Offline[ since {since}]. Go on working; [{waiting} dossiers|the dossiers] are saved on this PC and will be "
        "sent by themselves.",
    ),
    "G02": Message(
        "Hệ thống dùng chung đang bận. Hồ sơ vẫn giữ trên máy và sẽ tự gửi lại[ lúc {next}].",
        "The shared system is busy. The dossier is safe on this PC and will be sent again[ at {next}].",
        "Gửi ngay",
        "Send now",
    ),
    "G03": Message(
        "Hệ thống dùng chung không nhận tài khoản của máy này. Hồ sơ vẫn giữ trên máy; nhờ quản trị cấp lại quyền đăng nhập.",
        "The shared system refused this PC's log-in. The dossier is safe on this PC; ask IT to renew the log-in.",
    ),
    "G04": Message(
        "Đơn vị chưa được phép gửi loại hồ sơ này. Hồ sơ vẫn giữ trên máy; báo quản trị hệ thống phường cấp quyền.",
        "This unit may not send this kind of dossier yet. It is safe on this PC; ask the ward's administrator for the right.",
    ),
    "G05": Message(
        "Hệ thống dùng chung đã có bản khác của hồ sơ này. Chưa ghi đè gì; người ký xem và quyết định bản đúng.",
        "The shared system has another version of this dossier. Nothing was overwritten; the official decides which one "
        "is right.",
        "Xem hai bản",
        "Compare",
    ),
    "G06": Message(
        "Tệp nhận được ở hệ thống dùng chung không khớp[ ({done}/{total} byte)]. Bản trên máy còn nguyên; sẽ tự gửi lại từ đầu.",
        "The file stored in the shared system doesn't match[ ({done}/{total} bytes)]. Our copy is intact and will be sent again.",
        "Gửi ngay",
        "Send now",
    ),
    "G07": Message(
        "Đã gửi nhưng chưa nhận phản hồi. Đang hỏi lại; không gửi trùng.",
        "Sent, but no answer yet. Asking again; it is not sent twice.",
    ),
    "G08": Message(
        "Lần tải lên đã quá hạn. Hồ sơ vẫn giữ trên máy và sẽ tự gửi lại từ đầu.",
        "The upload has expired. The dossier is safe on this PC and will be sent again from the start.",
    ),
    "G09": Message(
        "Hệ thống dùng chung đang có sự cố. Hồ sơ vẫn giữ trên máy và sẽ tự gửi lại[ lúc {next}].",
        "The shared system has a fault. The dossier is safe on this PC and will be sent again[ at {next}].",
        "Gửi ngay",
        "Send now",
    ),
    "G10": Message(
        "Tệp chờ gửi[ {file}] trên máy bị mất hoặc đã đổi. Đã dừng gửi hồ sơ này; báo quản trị khôi phục từ bản sao lưu.",
        "A file to be sent[, {file},] is missing or changed on this PC. Sending this dossier stopped; ask IT to restore "
        "the backup.",
    ),
    "G11": Message(
        "Biên nhận trả về không xác thực được nên chưa ghi là đã tiếp nhận. Hồ sơ vẫn giữ trên máy; báo quản trị kiểm tra.",
        "The receipt does not verify, so the dossier is not marked received. It is safe on this PC; ask IT to check.",
    ),
    "G12": Message(
        'Hệ thống dùng chung trả lại: [thiếu hoặc sai "{field}"|có ô thiếu hoặc sai][ (văn bản {document})]. Sửa rồi gửi lại.',
        'The shared system returned it: ["{field}" is missing or wrong|a field is missing or wrong][ (document {document})]. '
        "Mend it and send it again.",
        "Mở chỗ cần sửa",
        "Go to it",
    ),
    "G13": Message(
        "Máy này chưa có địa chỉ hệ thống dùng chung. [{waiting} hồ sơ|Hồ sơ] vẫn giữ trên máy; nhờ quản trị khai báo.",
        "This PC has no address of the shared system. [{waiting} dossiers are|Dossiers are] safe on this PC; ask IT to set it.",
    ),
    "M01": Message(
        "Ổ đĩa đầy[, thiếu {missing}], chưa lưu được trang mới. Các trang trước đã an toàn; gửi hoặc sao lưu để giải phóng chỗ.",
        "The disk is full[, {missing} short]; the new page was not saved. Earlier pages are safe; send or back up to free space.",
        *_RETRY,
    ),
    "M02": Message(
        "Ổ đĩa còn [{free}|ít chỗ][, đủ khoảng {dossiers} hồ sơ]. Gửi hoặc sao lưu trước khi quét tiếp.",
        "The disk has [{free}|little space] left[, enough for about {dossiers} dossiers]. Send or back up before scanning on.",
    ),
    "M03": Message(
        "Tệp đã lưu[ của trang {page}] không còn khớp mã kiểm tra. Không dùng tệp này nữa; báo quản trị khôi phục từ "
        "bản sao lưu.",
        "A stored file[ of page {page}] no longer matches its checksum. It is not used any more; ask IT to restore the backup.",
    ),
    "M04": Message(
        "Không mở được dữ liệu của máy này. Tệp trên đĩa giữ nguyên; báo quản trị kiểm tra.",
        "This PC's database can't be opened. Files on disk are untouched; ask IT to check.",
        *_RETRY,
    ),
    "M05": Message(
        "Máy tắt đột ngột[ lúc {time}]. Đã khôi phục đủ [{pages} trang|các trang][ của {code}].",
        "The PC stopped suddenly[ at {time}]. All [{pages} pages|pages][ of {code}] were recovered.",
    ),
    "M06": Message(
        "Tệp cấu hình có lỗi[ ở dòng {line}][: {key}]. Máy dùng cấu hình mặc định; nhờ quản trị sửa tệp.",
        "The settings file has an error[ in line {line}][: {key}]. Defaults are used; ask IT to mend the file.",
    ),
    "U01": Message(
        "Lệnh chưa đúng[: {detail}]. Chưa làm gì; xem cách dùng với --help.",
        "Wrong use of the command[: {detail}]. Nothing was done; see --help.",
    ),
    "U02": Message(
        "Chương trình đang mở sẵn trên dữ liệu này. Dùng cửa sổ đang mở, hoặc đóng nó rồi mở lại.",
        "The program is open on this data already. Use that window, or close it and try again.",
    ),
    "B01": Message(
        "Chương trình gặp lỗi của chính nó[ ở bước {step}]. Dữ liệu đã lưu vẫn an toàn; sao chép thông tin lỗi gửi quản trị.",
        "The program met a fault of its own[ in step {step}]. Saved data is safe; copy the details and send them to IT.",
        "Sao chép thông tin lỗi",
        "Copy error details",
    ),
}
