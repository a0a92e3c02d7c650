"""Messages as factory workers type them, and what a careful person at the telephone makes of them.

Every sentence is tried as written, decomposed (NFD) and without marks, unless it says what it is
only by its marks (`MARKS_ONLY`).
"""

import unicodedata

import pytest

from bot import phrases
from bot.triage import (
    TICKET_CODE,
    Doubt,
    Sort,
    danger,
    doubt,
    language,
    only_names_it,
    sort,
    speaks_of_work,
    tells_of_injury,
)
from bot.triage.patterns import Pattern, Patterns
from bot.triage.syllables import is_syllable, without_telex
from bot.triage.wording import read
from knowledge_base.text import fold

ACCIDENT = [
    "vừa có người bị máy dập đứt ngón tay, giờ làm sao",
    "cháy xưởng rồi cứu với",
    "xuong dang chay to lam, khoi den nghit",
    "bạn em bị điện giật nằm bất tỉnh dưới nền",
    "ban cung chuyen bi dien giat bat tinh roi",
    "anh em đang bị kẹt tay trong máy ép",
    "co nguoi ket trong thang may hang o kho",
    "em vừa bị ngã từ giàn giáo xuống, đau lưng không cử động được",
    "chi em moi bi te thang, gay chan, quan ly ko cho goi xe",
    "cả chuyền em ngộ độc sau bữa ăn ca, nhiều chị nôn",
    "hang loat cong nhan ngat xiu trong xuong say",
    "rò khí gas ở bếp ăn mà chưa ai tới",
    "xuong em ro ri amoniac kho tho qua",
    "nổ nồi hơi có người chết rồi",
    "no lo hoi o cty em, may nguoi bi bong",
    "công nhân bên em bị bỏng axit khắp tay",
    "chay mau nhieu qua, bi may cua cat vao tay",
    "bị máy cắt đứt tay",
    "bi may dap nat ban tay",
    "xe nâng cán vào chân em rồi",
    "sập mái nhà xưởng, có người bị vùi",
    "sap gian giao cho cong truong, hai nguoi mac ket",
    "chị ấy ngất xỉu trong xưởng mà không ai đưa đi viện",
    "hóa chất bắn vào mắt em rát quá",
    "hoa chat bay vao mat rat qua ko mo ra duoc",
    "gọi cấp cứu giúp em",
    "co mui gas nong nac trong kho, bao ve bao ke",
    "bạn em máu chảy nhiều quá em phải làm gì",
    "em vua bi cuon toc vao truc may",
    "công ty không cho đưa đi cấp cứu, người ta nằm đó",
    "dang bi ngo doc, ca to nam la liet",
    "đang cháy ở kho vật tư công ty em",
    "chồng tôi làm ở xưởng bị điện giật chết sáng nay",
    "có anh bị cuốn vào băng chuyền chết rồi",
    "máy ép nó ép nát tay thằng bạn em",
    "chị Lan ngã từ tầng 2 xuống, nằm im không nói được",
    "lò nung vừa nổ mấy người cháy đen",
    "em bị axit bắn vào người đau rát lắm",
    "công nhân bị ngạt khí dưới hầm",
    "xe tải lùi cán trúng chân anh em trong kho",
    "em hít phải hóa chất choáng váng nôn ra máu",
    "thang máy rơi, có người kẹt bên trong",
    "máy dập mất hai ngón tay em rồi",
    "mọi người ơi cứu, khói nhiều quá không ra được",
    "bị bỏng nước sôi cả người ở bếp ăn công ty",
    "lúc nãy máy cán kéo cả cánh tay chị Hoa vào",
    "bác sĩ bảo em dập lách do té giàn giáo, công ty bỏ mặc",
    "xe đưa đón công nhân lật, nhiều người bị thương",
    "bình gas nhà bếp phát nổ",
    "khói đặc trong xưởng bọn em chạy không kịp",
    "bị cưa đứt 2 ngón, máu me be bét",
    "trưa nay chị tổ em bị máy đột dập nát bàn tay phải",
    "anh hàn rớt từ mái tôn xuống sàn bê tông",
    "xưởng sơn bốc cháy chị ơi",
    "mấy chị em ăn trưa xong đau bụng nôn hết phải đi viện",
    "rò rỉ khí clo ở bể xử lý nước",
    "em bị thép rơi trúng đầu choáng quá",
    "anh kia ngất dưới hố ga chưa ai dám xuống",
    "thợ điện bị phóng điện cháy hết tay",
    "hôm nay có anh thợ bảo trì bị điện phóng ngã xuống không tỉnh",
    "dao máy chém đứt gân tay bạn em máu phun thành vòi",
    "chị em trong tổ hít mùi sơn ngất mấy người",
    "cổng sắt đổ đè lên chú bảo vệ",
    "nồi nước sôi đổ vào người chị nấu bếp",
    "cháy to quá ở khu nhà xe công ty rồi",
    "em mới bị xe nâng đâm gãy ống chân nằm ở xưởng",
]

VIOLENCE = [
    "sếp đánh em thì kiện ở đâu",
    "sep danh em giua chuyen moi nguoi deu thay",
    "em bị quản đốc tát vào mặt",
    "em bi to truong tat vao mat vi lam hong hang",
    "bảo vệ công ty đánh em chảy máu mũi",
    "bi bao ve danh o cong cty",
    "quản lý dọa giết cả nhà em nếu em đi kiện",
    "chu xuong doa danh toi neu doi luong",
    "thằng tổ trưởng cầm dao đuổi em",
    "no cam dao doi chem em",
    "chồng em bị chủ thầu đánh gãy tay",
    "bi hanh hung trong cong ty",
    "em bị mấy người bên kho đánh hội đồng",
    "đang đánh nhau to trong nhà ăn",
    "sếp ném cái kéo vào mặt em",
    "em bị giám đốc hiếp dâm",
    "bi quan ly cuong hiep trong kho",
    "chuyên gia Hàn Quốc bóp cổ công nhân",
    "chu kêu giang hồ tới chặn cổng đòi đánh bọn em",
    "xa hoi den toi xuong doa danh em",
    "bạn em bị đốc công đấm vào mặt sưng hết",
    "cong nhan bi danh dap o cong truong",
    "quản lý nắm tóc giật em trước cả tổ",
    "vo toi bi chu quan danh",
    "nó đòi tạt axit em vì em tố cáo",
    "bị đồng nghiệp đánh nhập viện",
    "em bị tổ phó đấm vào bụng, giờ em sợ không dám đi làm",
    "hôm qua sếp Hàn cầm thước đánh vào đầu em",
    "quản lý xô em ngã đập đầu xuống sàn",
    "họ đánh nếu không làm đủ định mức",
    "em 12 tuổi làm ở quán phở bị chủ đánh",
    "bị ông chủ sàm sỡ rồi dọa giết nếu nói ra",
    "em bị cưỡng hiếp trong nhà vệ sinh công ty",
    "nó kéo người tới phòng trọ đánh em",
    "bạn em bị chém ở cổng công ty",
    "thằng bảo vệ nó lấy gậy phang em túi bụi",
    "em làm ở quán nét, chủ dùng dây điện quất em",
    "sếp lôi em vào phòng khóa trái cửa rồi giở trò",
    "quản lý người Trung tát công nhân bôm bốp",
    "đốc công dí điện vào người em",
    "nó chặn xe đánh em lúc tan ca",
    "em bị sếp vả vào mồm trước mặt cả chuyền",
    "tổ trưởng bẻ tay em vì cãi lại",
    "chú bảo vệ dọa đâm em",
    "bị trưởng phòng sờ soạng rồi ép vào tường định cưỡng hiếp",
    "em bị ông phó giám đốc lấy chân đá vào người",
    "thằng quản lý cứ thấy em là giơ tay đánh",
    "nhóm người lạ mặt do công ty thuê tới đập phá và đánh công nhân đình công",
    "chủ say rượu đánh người làm như cơm bữa",
    "chồng cũ vào công ty cầm dao đòi chém em",
]

FORCED = [
    "bị nhốt trong xưởng không ra được",
    "tui em bi nhot trong kho tu toi qua",
    "công ty khóa cổng không cho ai ra, bắt làm tới sáng",
    "chu khoa cua khong cho em ve",
    "họ giữ hộ chiếu và không cho em về nước",
    "thu dien thoai, khong cho lien lac voi gia dinh",
    "em bị lừa sang Campuchia làm việc",
    "ban em bi lua ban sang myanmar",
    "chủ bắt làm trừ nợ không cho nghỉ",
    "bat em lam khong luong de tru no",
    "bọn em bị giam lỏng ở lán trại, có người canh",
    "muon tron ma bi canh ca ngay lan dem",
    "em bị ép lao động, không cho ra khỏi nhà",
    "khong cho tui em ra khoi xuong ca tuan nay",
    "nó bắt cóc em trai em về làm cho nó",
    "bo tron bi bat lai ve lam tiep",
    "làm như nô lệ trên tàu cá, không thoát ra được",
    "cuu em voi em bi nhot o dac khu",
    "chủ nhà giữ em lại không cho về quê, ngày làm 20 tiếng",
    "nguoi ta doi tien chuoc moi cho ve",
    "tụi em bị nhốt 3 ngày rồi không cho ăn",
    "bên môi giới giữ hộ chiếu không cho em về nước",
    "em bị bán sang đặc khu, xin cứu em",
    "chủ tàu không cho lên bờ, bắt làm suốt 2 tháng",
    "anh trai em bị dụ qua Cam làm, giờ họ đòi 200 triệu mới thả",
    "ở đây bảo vệ cầm roi điện canh không cho ai về",
    "tụi nó giữ người đòi tiền mới cho về",
    "mình đang bị giữ ở công ty bên Lào không cho về Việt Nam",
    "họ bắt tụi em ký giấy nợ rồi nhốt dưới hầm",
    "chủ thu hết điện thoại không cho gọi về nhà",
    "chỗ này bảo vệ khóa trái phòng ngủ tụi em ban đêm không cho ra ngoài",
    "em bị bắt làm ở nhà chủ không được ra ngoài, chủ giữ hết giấy tờ điện thoại",
    "môi giới lừa em sang Lào giờ bắt làm lừa đảo",
    "muốn về mà họ bắt chuộc 100 triệu",
]

SELF_HARM = [
    "em không muốn sống nữa",
    "em ko muon song nua",
    "chắc em tự tử quá, nợ nhiều quá rồi",
    "toi chi muon chet",
    "chết quách cho xong, bị đuổi rồi lấy gì nuôi con",
    "bi no luong no nan chet cho roi",
    "em đang đứng trên sân thượng, chán sống lắm rồi",
    "ban cung phong em doi nhay lau",
    "em định uống thuốc sâu",
    "thà chết còn hơn sống thế này",
    "tha chet con hon",
    "sống thế này để làm gì",
    "song vay lam gi nua",
    "tôi muốn kết thúc cuộc đời",
    "em nghi quan lam roi, giup em",
    "nó bảo nó sắp treo cổ trong nhà trọ",
    "bạn em dọa tự tử ở ký túc xá công ty",
    "bi sa thai toi muon tu sat",
    "em muốn chết thì vợ con có được tiền tuất không",
    "chan song qua roi anh chi a",
    "em chỉ muốn nhảy cầu cho xong",
    "cuộc sống này em không thiết nữa",
    "em viết thư tuyệt mệnh rồi",
    "nợ nần công ty đuổi, em muốn uống thuốc sâu",
    "em nản quá chỉ muốn kết thúc mọi thứ",
    "chắc em chết đi cho nhẹ nợ",
    "chồng em nói sẽ nhảy sông tự vẫn vì nợ lương",
    "em tuyệt vọng quá không muốn tồn tại nữa",
    "chắc em đi chết cho vừa lòng công ty",
    "em đang cầm lọ thuốc ngủ đây",
    "em sống không bằng chết, muốn buông tay",
    "có lẽ em không nên có mặt trên đời",
    "em định ra cầu Bính nhảy xuống",
]

CHILD = [
    "em 14 tuổi đang làm ở xưởng may",
    "em moi 13 tuoi phai di lam ca dem",
    "xưởng bên cạnh thuê mấy bé 12 tuổi làm đêm",
    "xuong go gan nha bat tre em lam viec",
    "có cháu mới 11 tuổi bốc vác ở kho gạo",
    "co be 12 tuoi dung may trong xuong em",
    "công ty em đang dùng trẻ em đóng gói hàng",
    "quan an nay bat mot be 10 tuoi rua bat toi khuya",
    "em họ em chưa đủ 15 tuổi mà phải tăng ca tới 10 giờ",
    "con chi hang xom 13 tuoi bi bat lam o lo gach",
    "cháu em 14 tuổi đang làm phụ hồ, chủ không trả tiền",
    "thay nhieu tre em lam trong xuong nhua",
    "nhà máy đó toàn thuê mấy em 13 14 tuổi",
    "em nam nay 14t dang lam cong nhan bi quyt luong",
    "chủ bóc lột trẻ em, bắt khuân vác cả ngày",
    "bé gái 9 tuổi bị bắt làm giúp việc",
    "có mấy em học sinh lớp 7 làm ca đêm ở đây",
    "thằng cu nhà bên 12 tuổi bị bắt đi bốc gạch",
    "cháu 13 tuổi đi làm ở xưởng giày, chủ mắng suốt",
    "có đứa bé tầm 10 tuổi đang may trong xưởng chị ạ",
    "chỗ em có mấy bé 11 12 tuổi phụ hồ cả ngày",
    "em gái em 13 tuổi đi giúp việc bị chủ bắt làm từ 4h sáng",
    "ở xưởng mộc làng em toàn trẻ con đánh giấy ráp",
    "bé nhà em 13 tuổi nghỉ học đi làm bị bà chủ quỵt tiền",
    "thằng em tôi 14 tuổi đang chạy máy ở công ty nhựa",
]

NO_DANGER = [
    # the law after an accident
    "bị máy cắt tay, cty trả gì",
    "bi may cat tay cty tra gi",
    "tai nạn trên đường đi làm có phải tai nạn lao động không",
    "định nghĩa tai nạn lao động",
    "dinh nghia tai nan lao dong la gi",
    "bị gãy tay khi làm việc thì được bồi thường bao nhiêu",
    "gay chan o cong ty duoc nghi may thang",
    "mất một ngón tay được trợ cấp bao nhiêu phần trăm",
    "tai nạn chết người công ty bị phạt thế nào",
    "ngộ độc thực phẩm ở bếp ăn thì công ty có phải trả viện phí không",
    "ngo doc thuc an thi co duoc nghi huong luong khong",
    "bị bỏng lúc làm có được hưởng chế độ tai nạn lao động không",
    "công ty có phải tập huấn sơ cứu, cấp cứu không",
    "cong ty co phai mua tui cuu thuong khong",
    "người nhà mất vì điện giật ở công trường thì được trợ cấp gì",
    "quy định về phòng cháy trong nhà xưởng",
    "hồ sơ hưởng chế độ tai nạn lao động gồm những gì",
    "cháy công ty phải ngừng việc thì có được trả lương không",
    "công ty giấu tai nạn lao động thì bị phạt sao",
    "em bị ngất do làm ca đêm có được tính tai nạn lao động không",
    # words that only sound like it
    "công ty đánh giá em loại C",
    "cong ty danh gia em loai C co dung khong",
    "em bị đánh dấu là nghỉ không phép",
    "bi danh dau vang mat mot ngay",
    "bị đánh rớt thử việc",
    "em bị sếp đánh trượt thử việc",
    "chậm lương thế này chết tiền nhà trọ",
    "tăng ca nhiều mệt muốn chết",
    "tang ca nhieu met muon chet ma luong thap",
    "làm chết bỏ mà lương có 5 triệu",
    "lam chet bo ma khong duoc tang luong",
    "đói muốn chết mà không cho nghỉ giữa ca",
    "con 10 tuổi ốm nghỉ có được hưởng bảo hiểm không",
    "con em 10 tuoi om nghi co duoc huong bao hiem khong",
    "em có con 3 tuổi, công ty bắt làm đêm có đúng không",
    "em co con nho 6 tuoi bat tang ca dem duoc khong",
    "con dưới 12 tháng tuổi có phải tăng ca không",
    "công ty tuyển người dưới 15 tuổi bị phạt gì",
    "cong ty tuyen nguoi duoi 15 tuoi bi phat gi",
    "người 14 tuổi có được làm việc không",
    "bao nhiêu tuổi thì được đi làm",
    "trẻ em 13 tuổi được làm những việc gì",
    "lao động trẻ em là gì",
    "em đi làm từ năm 14 tuổi, giờ tính bảo hiểm thế nào",
    "giam lương của công nhân có bị phạt không",
    "cong ty giam luong 2 thang roi",
    "công ty nhốt lương một tháng đầu",
    "nhot luong thang dau co dung luat khong",
    "cty giam bằng tốt nghiệp của em",
    "công ty giảm tới 50% lương của em",
    "cong ty giam toi 50% luong, em phai lam sao",
    "bị tạm giam thì công ty có được cho nghỉ việc không",
    "sếp dọa đuổi việc em",
    "sep doa duoi viec neu khong tang ca",
    "quản lý dọa trừ lương cả tổ",
    "đánh nhau bị sa thải có đúng không",
    "danh nhau trong cong ty bi sa thai thi duoc gi",
    "em lỡ đánh đồng nghiệp, công ty đuổi việc có đúng luật không",
    "hàng cháy hàng nên công ty bắt tăng ca",
    "chảy máu chất xám là gì",
    "dây chuyền chạy nhanh quá làm không kịp",
    "may dang chay ma bat ve sinh may co dung khong",
    "công ty bị cắt giảm nhân sự",
    "em bị trừ tất cả tiền chuyên cần",
    "bi tru tat ca tien chuyen can",
    "em bị ép viết đơn nghỉ, không dám nói",
    "em bi o cong ty khong dam noi",
    "kẹt xe đi muộn bị trừ lương",
    "ket xe di muon bi tru luong",
    "công ty tư vấn cho em ký hợp đồng dịch vụ",
    "cong ty tu van cho em ky hop dong dich vu",
    "em muốn xin vào công đoàn",
    "giờ nghỉ trưa không cho ra ngoài có đúng luật không",
    "gio nghi trua khong cho ra ngoai co dung luat khong",
    "công ty không cho về sớm dù hết việc",
    "cong ty ko cho nghi phep ve que",
    "cưỡng bức lao động là gì, bị phạt thế nào",
    "cuong buc lao dong bi phat bao nhieu",
    "tự tử tại nơi làm việc có được coi là tai nạn lao động không",
    "hành vi đánh đập người lao động bị xử phạt thế nào",
    "nghỉ dài ngày có mất phép không",
    "benh man tinh nghi dai ngay co luong khong",
    "hợp đồng phải giao kết bằng văn bản không",
    "em đang nợ tiền tạm ứng thì nghỉ việc được không",
    "bảo vệ làm 12 tiếng lương tính sao",
    "mẹ già ốm em xin nghỉ không lương được không",
    "đang nghỉ thai sản có bị cắt bảo hiểm không",
    "vợ sinh mổ thì chồng được nghỉ mấy ngày",
    "công ty bán hết máy móc rồi cho nghỉ, em được gì",
    "lương thấp sống không nổi, có được đòi tăng không",
    # without marks "từ từ" looks like "tự tử"
    "công ty hẹn sẽ từ từ trả lương cho em",
    "cong ty noi tu tu tinh, em nen lam gi",
    # a second thought
    "công ty không khám sức khỏe định kỳ",
    "ngã ở nhà có được hưởng ốm đau không",
    "em bị viêm gan có được rút bhxh không",
    "làm với máy cắt có phải đóng bảo hiểm tai nạn không",
    "con em bị sốt phải nhập viện, xin nghỉ có lương không",
    "bố em chết được nghỉ mấy ngày",
    "bố chồng mất nghỉ mấy ngày",
    "chết thì bảo hiểm xã hội trả gì",
    "mẹ em hấp hối em xin nghỉ đột xuất được không",
    "sếp hay la mắng, em muốn nghỉ",
    "tổ trưởng chửi em là đồ ngu",
    "công ty cháy kho nên cho nghỉ không lương 1 tháng",
    "hóa chất độc hại có phụ cấp không",
    "công ty khóa nhà vệ sinh",
    "công ty khóa vân tay không cho vào làm",
    "bảo vệ không cho em vào cổng",
    "công ty giữ lương không cho nghỉ",
    "công ty ép viết đơn xin nghỉ",
    "em bị ép tăng ca tới 12 giờ đêm",
    "giữ căn cước bản gốc có đúng không",
    "con trai em 14 tuổi có được bảo hiểm y tế không",
    "em 15 tuổi muốn đi làm công ty được không",
    "con em 13 tuổi hè muốn đi làm thêm có được không",
    "đi làm 14 năm được trợ cấp bao nhiêu",
    "em bị đánh thức lúc 2h sáng đi làm",
    "sếp đánh tiếng sẽ cho em nghỉ",
    "phòng đánh máy có được phụ cấp không",
    "em bị đánh kpi thấp",
    "đấm lưng cho sếp rồi bị đuổi",
    "nghỉ sảy thai được mấy ngày",
    "công ty nổ lương",
    "bị hàn xì bắn vào mắt công ty có bồi thường không",
    "em bị thoát vị đĩa đệm do bê nặng có phải bệnh nghề nghiệp không",
    "quên chấm vân tay",
    "bị bắt lỗi trừ 500k",
    "hợp đồng bị cắt ngang",
    "cắt tay nghề trong bảng lương",
    "xe máy để ở công ty bị mất",
    "sét đánh hỏng máy bị bắt đền",
    "vỡ nợ công ty phá sản",
    "tự ý bỏ việc 5 ngày",
    "em tự túc chỗ ở",
    "ngất ngưởng vì giá nhà trọ",
    "cứu đói bằng tạm ứng lương được không",
    "chị em xin cứu xét cho nghỉ thêm",
    "đau lưng nằm viện 10 ngày",
    "bị chó cắn trên đường đi làm có tính tai nạn lao động không",
    "công ty cho nghỉ vì sức khỏe yếu",
    "công ty bắt ký cam kết không có con trong 2 năm",
    "tàu cá ký hợp đồng thế nào",
    "đi làm ở Đài Loan bị thu phí cao",
    "sang Nhật làm việc cần đóng bao nhiêu tiền",
    "người giúp việc ở lại nhà chủ làm mấy tiếng",
    "em muốn chuyển xưởng",
    "dọa kiện công ty",
    "đòi lương mà công ty không trả",
]

SORTS = {
    Sort.GREETING: [
        "chào",
        "xin chào tổng đài",
        "Alo alo",
        "hello ad",
        "chào luật sư ạ",
        "dạ em chào anh chị",
        "alo có ai không",
        "cho em hỏi chút",
        "em muốn hỏi cái này với",
        "chào buổi sáng",
        "hi bot",
        "em có chuyện muốn hỏi luật sư ạ",
        "e chao ac",
        "tong dai oi cho em hoi",
    ],
    Sort.THANKS: [
        "cảm ơn",
        "cám ơn nhiều nhé",
        "em cảm ơn luật sư ạ",
        "tks ad",
        "thank you",
        "ok cảm ơn bot",
        "dạ vâng em hiểu rồi em cảm ơn",
        "cam on tong dai nhieu lam",
        "Cảm ơn anh chị đã tư vấn",
        "ok",
        "tuyệt vời, cảm ơn",
        "dạ vâng ạ",
        "dạ em cảm ơn ad nhiều ạ",
        "cảm ơn bạn đã trả lời",
    ],
    Sort.GOODBYE: [
        "tạm biệt",
        "bye bye",
        "bye nhé",
        "chào tạm biệt",
        "hẹn gặp lại",
        "tam biet em di ngu day",
        "cảm ơn, tạm biệt",
        "thôi chào nhé",
        "em chào anh em ngủ đây",
    ],
    Sort.WHO_ARE_YOU: [
        "bạn là ai",
        "bot hay người vậy",
        "ai đang trả lời tôi đấy",
        "tổng đài này của ai",
        "ban giup duoc gi",
        "bạn tên gì",
        "có mất phí không ạ",
        "dang noi chuyen voi may hay nguoi",
        "tư vấn có mất tiền không",
    ],
    Sort.SMALL_TALK: [
        "ăn cơm chưa",
        "hôm nay ăn gì",
        "thời tiết hôm nay sao",
        "kể chuyện cười đi",
        "bạn có người yêu chưa",
        "may gio roi ban",
        "troi mua to qua",
        "ket qua bong da toi qua",
        "bạn khỏe không",
        "đang làm gì đó bạn ơi",
        "giá vàng hôm nay bao nhiêu",
        "hát cho mình nghe một bài",
        "thu do nuoc phap la gi",
        "xem phim gi hay",
    ],
    Sort.LAWYER: [
        "luật sư",
        "cho em gặp luật sư",
        "gap luat su",
        "muốn nói chuyện với người thật",
        "tư vấn viên",
        "em cần gặp luật sư ạ",
        "có luật sư không",
        "cho mình xin số luật sư",
        "noi chuyen voi nhan vien tu van",
        "chào, cho tôi gặp luật sư",
        "chuyển luật sư giúp em",
        "gọi cho luật sư",
        "tôi không muốn nói chuyện với máy, cho gặp luật sư",
    ],
    Sort.STATUS: [
        "trạng thái",
        "trang thai phieu",
        "phiếu của em tới đâu rồi",
        "HP-7K3Q",
        "phieu cua em den dau roi a",
        "ticket em sao rồi",
        "phiếu HP-7K3Q của em sao rồi ạ",
        "hp 7k3q",
        "luật sư trả lời chưa",
        "sao chưa ai trả lời",
        "cau hoi cua em den dau roi",
        "khi nào luật sư trả lời em",
        "kiểm tra phiếu giúp em",
        "tình trạng phiếu HP-ABCD",
        "bao giờ thì luật sư trả lời em ạ",
    ],
    Sort.ERASE: [
        "xóa",
        "xoá",
        "XOÁ HẾT",
        "Xóa hết",
        "xoa",
        "xóa tin nhắn",
        "xoá hết thông tin của em đi",
        "xoa du lieu",
        "xóa giúp em cuộc trò chuyện này",
        "xin xóa hết tin nhắn của tôi",
        "delete",
    ],
    Sort.REPORT: [
        "phản ánh",
        "em muốn phản ánh",
        "tố cáo công ty trốn đóng bảo hiểm cho công nhân",
        "em muốn báo công ty làm ăn gian dối",
        "phan anh cong ty bat tang ca den 10h dem moi ngay",
        "dạ em xin phản ánh bếp ăn công ty có dòi",
        "em xin tố giác quản đốc ăn chặn tiền thưởng của tổ",
        "muon bao cty tron dong bhxh",
        "chào anh chị, em xin phản ánh xưởng nóng quá",
        "báo vi phạm",
        "em cần phản ánh chuyện tổ trưởng quấy rối chị em",
    ],
    Sort.PROPOSAL: [
        "kiến nghị",
        "em có kiến nghị",
        "kien nghi tang tien an ca",
        "đề xuất công ty lắp thêm quạt",
        "góp ý cho tổng đài trả lời nhanh hơn",
        "mong công đoàn tổ chức thêm xe đưa đón",
        "em xin đề nghị liên đoàn kiểm tra nhà trọ công nhân",
        "mong nha nuoc tang luong toi thieu",
        "tôi có ý kiến về bữa ăn giữa ca",
        "de xuat mo them nha tre cho con cong nhan",
    ],
}

QUESTIONS = [
    "chào anh, công ty nợ lương em 2 tháng",
    "alo cho em hoi nghi viec bao truoc may ngay",
    "cảm ơn, cho em hỏi thêm về thai sản",
    "công ty nợ lương thì phản ánh ở đâu",
    "cty no luong thi phan anh o dau",
    "đơn kiến nghị viết thế nào",
    "don kien nghi viet the nao",
    "tố cáo công ty trốn đóng bảo hiểm ở đâu",
    "tố cáo nặc danh có được không",
    "em muon to cao cong ty thi gui don cho ai",
    "phản ánh có bị công ty biết không",
    "em muốn báo công ty nghỉ việc trước 30 ngày",
    "em muon bao cong ty xin nghi phep",
    "hồ sơ thất nghiệp của em đến đâu rồi",
    "so bao hiem cua em bao gio co",
    "khi nào có lương",
    "bao giờ có tiền thai sản",
    "xóa kỷ luật sau bao lâu",
    "xoa ky luat the nao",
    "xóa nợ bảo hiểm được không",
    "gặp tai nạn thì làm gì",
    "trời nóng quá có được nghỉ làm không",
    "mệt quá xin nghỉ một ngày có bị trừ lương không",
    "buồn quá, em mới bị đuổi việc",
    "hôm nay ăn ca có dòi, công ty phải chịu gì",
    "mấy giờ thì tính là làm đêm",
    "em làm bảo vệ có được nghỉ lễ không",
    "công đoàn có giúp em đòi lương không",
    "luật sư cho hỏi thử việc mấy tháng",
    "có chồng rồi công ty không tuyển có đúng không",
    "thử việc 2 tháng",
    "đề nghị chấm dứt hợp đồng",
    "em co nghi le 30/4 khong",
    "hợp đồng làm một năm thì ký mấy lần",
    "lương",
    "thai sản",
    "em đề nghị công ty trả sổ mà không trả",
    "em đã kiến nghị mà công ty không giải quyết",
    "phản ánh nhiều lần không ai xử lý thì làm gì",
    "kiến nghị của công nhân bị công ty bỏ qua",
    "luật sư ơi em bị nợ lương",
    "em cảm ơn nhưng công ty vẫn không trả lương",
]

OF_WORK = [
    "ông chủ đuổi tôi không trả tiền tháng cuối",
    "chu duoi toi khong tra luong thang cuoi",
    "tôi đang mang thai có cần báo trước không",
    "cty bat lam chu nhat ma ko tra them tien",
    "em làm hỏng hàng bị bắt đền",
    "tổ trưởng chửi em suốt ngày",
    "ca đêm được thêm bao nhiêu",
    "nghi tet may ngay",
    "bhxh một lần lấy khi nào",
    "công ty chuyển em sang xưởng khác không hỏi",
    "giáo viên mầm non tư thục không được ký hợp đồng lao động",
    "lái xe cho công ty bị trừ lương vì làm xước xe",
    "em làm ở ngân hàng bị ép doanh số, không đạt thì đuổi",
    "làm ở bệnh viện tư, trực đêm không có phụ cấp",
    "cty xay dung no luong tho ca nam nay",
    "vợ em sinh đôi được nghỉ mấy tháng",
    "hết hạn hợp đồng mà không ký tiếp",
    "công ty cho nghỉ vì thay đổi cơ cấu",
    "em bij tru luowng vif ddi treex",
    "lamf theem gio ddc traar bao nhieeu",
]

OFF = [
    (Doubt.OTHER_LAW, "ly hôn thì ai được nuôi con"),
    (Doubt.OTHER_LAW, "ly hon chia tai san the nao"),
    (Doubt.OTHER_LAW, "vượt đèn đỏ xe máy phạt bao nhiêu"),
    (Doubt.OTHER_LAW, "vuot den do phat bao nhieu"),
    (Doubt.OTHER_LAW, "thủ tục sang tên sổ đỏ cho con"),
    (Doubt.OTHER_LAW, "sang ten so do het bao nhieu tien"),
    (Doubt.OTHER_LAW, "thành lập công ty cổ phần cần bao nhiêu vốn điều lệ"),
    (Doubt.OTHER_LAW, "công ty trách nhiệm hữu hạn muốn đổi ngành nghề kinh doanh"),
    (Doubt.OTHER_LAW, "hàng xóm xây nhà lấn đất nhà tôi"),
    (Doubt.OTHER_LAW, "di chúc viết tay có giá trị không"),
    (Doubt.OTHER_LAW, "bị lừa đảo chuyển tiền qua ngân hàng"),
    (Doubt.OTHER_LAW, "vay tien qua app bi khung bo, lai suat cao"),
    (Doubt.OTHER_LAW, "đăng ký kết hôn với người nước ngoài cần gì"),
    (Doubt.OTHER_LAW, "nồng độ cồn bao nhiêu thì bị giữ bằng lái"),
    (Doubt.OTHER_LAW, "làm hộ chiếu cho con mất bao lâu"),
    (Doubt.OTHER_LAW, "học sinh đánh bạn trong trường bị xử lý ra sao"),
    (Doubt.OTHER_LAW, "thue nha o chung cu co duoc nuoi cho khong"),
    (Doubt.UNCLEAR, "cái đó thì sao"),
    (Doubt.UNCLEAR, "vay bay gio the nao"),
    (Doubt.UNCLEAR, "có được không"),
    (Doubt.UNCLEAR, "cách nấu bún bò"),
    (Doubt.UNREADABLE, "asdfgh"),
    (Doubt.UNREADABLE, "...."),
    (Doubt.UNREADABLE, "123"),
    (Doubt.UNREADABLE, "😀😀"),
    (Doubt.UNREADABLE, "hjkhjk dfgdfg"),
    (Doubt.UNREADABLE, "qwertyuiop"),
    (Doubt.UNREADABLE, "sdfsdf sdf sdf"),
    (Doubt.UNREADABLE, "???"),
    (Doubt.ABUSE, "đm chúng mày"),
    (Doubt.ABUSE, "bot ngu vãi"),
    (Doubt.ABUSE, "do cho chet"),
    (Doubt.ABUSE, "vcl that su"),
    (Doubt.ABUSE, "tổng đài vô dụng"),
]

FOREIGN = [
    ("en", "my boss did not pay my salary for two months"),
    ("en", "Can you help me? The company keeps my passport"),
    ("en", "how many days notice before I quit"),
    ("en", "I was fired without notice"),
    ("zh", "公司不发工资怎么办"),
    ("zh", "老板扣了我的护照"),
    ("ko", "월급을 못 받았어요"),
    ("ja", "給料が払われません"),
    ("ja", "パスポートを取られた"),
]

# Without marks these could as well say something harmless, and are left alone.
MARKS_ONLY = {
    "cổng sắt đổ đè lên chú bảo vệ",
    "đang cháy ở kho vật tư công ty em",
    "lò nung vừa nổ mấy người cháy đen",
    "quản lý người Trung tát công nhân bôm bốp",
}


def spoken(sentences: list[str]) -> list[str]:
    """Each as written, decomposed, and without marks."""
    ways = [
        way
        for sentence in sentences
        for way in (
            sentence,
            unicodedata.normalize("NFD", sentence),
            *([] if sentence in MARKS_ONLY else [fold(sentence)]),
        )
    ]
    return sorted(set(ways))


DANGERS = {
    "accident": ACCIDENT,
    "violence": VIOLENCE,
    "forced_labour": FORCED,
    "self_harm": SELF_HARM,
    "child_labour": CHILD,
}


# -- danger ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DANGERS)
def test_danger_is_heard(kind: str) -> None:
    heard = {said: danger(said) for said in spoken(DANGERS[kind])}
    assert [said for said, found in heard.items() if found is None or found.kind != kind] == []


def test_a_question_of_law_raises_no_alarm() -> None:
    assert [said for said in spoken([*NO_DANGER, *QUESTIONS, *OF_WORK]) if danger(said)] == []


@pytest.mark.parametrize("kind", DANGERS)
def test_every_danger_has_its_telephone_numbers(kind: str) -> None:
    assert "11" in phrases.DANGER[kind]


@pytest.mark.parametrize(
    "said", spoken(["bị máy cắt tay, cty trả gì", "gãy chân ở xưởng được nghỉ mấy tháng"])
)
def test_an_injury_is_noticed_in_a_question_of_law(said: str) -> None:
    assert danger(said) is None
    assert tells_of_injury(said)


def test_no_injury_where_none_is_told() -> None:
    assert not tells_of_injury("công ty nợ lương hai tháng")
    assert not tells_of_injury("hàng cháy hàng nên bắt tăng ca")


def test_marks_decide_where_they_are_typed() -> None:
    assert danger("em bị đánh") is not None
    assert danger("tài khoản của em bị định danh sai") is None
    assert danger("công ty tư vấn cho em nghỉ") is None
    assert danger("em bij sếp ddanhs") is not None


# -- courtesies, commands, reports, proposals ---------------------------------------------------


@pytest.mark.parametrize("kind", SORTS)
def test_what_needs_no_answer_is_sorted(kind: Sort) -> None:
    assert [said for said in spoken(SORTS[kind]) if sort(said) is not kind] == []


def test_a_question_is_never_taken_for_a_courtesy() -> None:
    assert [said for said in spoken([*QUESTIONS, *NO_DANGER, *OF_WORK]) if sort(said)] == []


@pytest.mark.parametrize("said", spoken(["em muốn phản ánh công ty", "kiến nghị", "tố cáo"]))
def test_a_report_without_its_matter(said: str) -> None:
    assert only_names_it(said)


@pytest.mark.parametrize(
    "said",
    spoken(["phản ánh công ty nợ lương", "kiến nghị tăng lương", "tố cáo tổ trưởng ăn chặn"]),
)
def test_a_report_with_its_matter(said: str) -> None:
    assert not only_names_it(said)


def test_ticket_codes() -> None:
    found = TICKET_CODE.search("cho hỏi hp7k3q tới đâu")
    assert found is not None
    assert found[1] == "7k3q"
    assert TICKET_CODE.search("tổng đài HP luon") is None


# -- doubts -------------------------------------------------------------------------------------


def test_work_is_recognised() -> None:
    no_work = (Doubt.FOREIGN, Doubt.UNREADABLE, Doubt.ABUSE)
    assert [said for said in spoken([*OF_WORK, *NO_DANGER]) if doubt(said) in no_work] == []


@pytest.mark.parametrize("said", spoken(OF_WORK))
def test_a_question_about_work_reaches_a_lawyer(said: str) -> None:
    assert doubt(said) is None
    assert speaks_of_work(said)


@pytest.mark.parametrize(("why", "said"), OFF)
def test_what_is_no_question_about_work(why: Doubt, said: str) -> None:
    assert doubt(said) is why


@pytest.mark.parametrize(("tongue", "said"), FOREIGN)
def test_other_languages(tongue: str, said: str) -> None:
    assert language(said) == tongue
    assert doubt(said) is Doubt.FOREIGN


def test_a_foreign_name_makes_no_foreign_message() -> None:
    assert language("công ty 富士康 nợ lương em") is None
    assert language("work from home có được tính tăng ca không") is None
    assert doubt("สวัสดี ฉันต้องการความช่วยเหลือ") is Doubt.FOREIGN


def test_an_angry_worker_is_still_a_worker() -> None:
    assert doubt("đm công ty khốn nạn nợ lương 3 tháng") is None


# -- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ddanhs", "đánh"), ("bij", "bị"), ("muoons", "muốn"), ("dduowcj", "được"), ("nghir", "nghỉ")],
)
def test_telex_slips_are_read(typed: str, meant: str) -> None:
    read_as = without_telex(typed)
    assert read_as is not None
    assert unicodedata.normalize("NFC", read_as) == unicodedata.normalize("NFC", meant) or (
        fold(read_as) == fold(meant)
    )


def test_spelling_habits_are_no_differences() -> None:
    assert read("hoà giải, kỹ luật, lí do").line == read("hòa giải, kỷ luật, lý do").line


def test_syllables() -> None:
    assert all(map(is_syllable, "nghieng quyen khuyu oai uong giet".split()))
    assert not any(map(is_syllable, "salary boss bij asdf".split()))


def test_no_pattern_reaches_into_the_next_sentence() -> None:
    looked_for = Patterns(["bị ... đánh"])
    assert looked_for.found_in(read("bị sếp đánh"))
    assert not looked_for.found_in(read("em bị trừ tiền. Đánh máy"))


@pytest.mark.parametrize("line", ["(có thể) đánh", "đánh ...", "... đánh"])
def test_a_pattern_must_begin_and_end_with_a_word(line: str) -> None:
    with pytest.raises(ValueError, match="begins and ends"):
        Pattern(line, {})
